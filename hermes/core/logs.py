"""One log pipeline for structlog, the standard library and Celery: a line of JSON, or readable text.

Every record is masked (`hermes.core.redaction`) after its exception was written out, and no text from
outside can begin a line of its own or move a terminal's cursor.
"""

import contextlib
import json as json_module
import logging
import os
import re
import sys
import textwrap
import traceback
from types import TracebackType
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, ExcInfo, Processor, WrappedLogger

from hermes.core.redaction import redact

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
# These print the URLs they call or serve, or a line for each periodic task.
_NOISY = {
    "aiohttp.access": "CRITICAL",
    "aiohttp.client": "ERROR",
    "amqp": "WARNING",
    "asyncio": "WARNING",
    "celery.app.trace": "WARNING",
    "celery.beat": "WARNING",
    "celery.worker.strategy": "WARNING",
    "daphne.http_protocol": "WARNING",
    "daphne.server": "WARNING",
    "daphne.ws_protocol": "WARNING",
    "django.channels.server": "WARNING",
    "django.server": "WARNING",
    "kombu": "WARNING",
    "stripe": "WARNING",
    "urllib3": "ERROR",
    "uvicorn": "INFO",
    "uvicorn.access": "CRITICAL",
}
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


class StandardError(logging.StreamHandler[TextIO]):
    """Writes to the standard error of the moment; a record that has no valid text is named, not shown raw."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        """Where lines go."""
        return sys.stderr

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  (the library's name)
        """Log where the faulty call stands."""
        where = f"{record.pathname}:{record.lineno}"
        told = {"name": record.name, "levelno": logging.ERROR, "levelname": "ERROR"}
        with contextlib.suppress(OSError, ValueError):
            fault = logging.makeLogRecord(told | {"msg": f"a log call could not be written: {where}"})
            self.stream.write(self.format(fault) + self.terminator)


def configure(level: str, json: bool) -> dict[str, Any]:
    """Set structlog up and return Django's LOGGING. Raises ValueError on an unknown level.

    Lines go to standard error, so that a command's own output stays clean.
    """
    level = level.upper()
    if level not in LEVELS:
        raise ValueError(f"The log level is {level!r}; it must be one of {', '.join(LEVELS)}.")
    logging.captureWarnings(True)
    sys.excepthook = _log_uncaught
    common: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*common, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": common,
                "use_get_message": True,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.StackInfoRenderer(),
                    structlog.processors.ExceptionRenderer(_plain_traceback),
                    _redacted,
                    *(_json_line() if json else _text_line()),
                ],
            }
        },
        "handlers": {"stderr": {"()": StandardError, "formatter": "line"}},
        "root": {"level": level, "handlers": ["stderr"]},
        "loggers": {
            "django": {"handlers": [], "propagate": True},
            **{name: {"level": quiet, "handlers": [], "propagate": True} for name, quiet in _NOISY.items()},
        },
    }


def _plain_traceback(exc_info: ExcInfo) -> str:
    return "".join(traceback.format_exception(*exc_info)).rstrip()


def _redacted(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    masked: EventDict = redact(event)
    return masked


def _json_line() -> list[Processor]:
    return [structlog.processors.JSONRenderer(serializer=json_module.dumps, ensure_ascii=True, default=repr)]


def _text_line() -> list[Processor]:
    is_terminal = sys.stderr.isatty() or "FORCE_COLOR" in os.environ
    return [
        _harmless,
        structlog.dev.ConsoleRenderer(colors=is_terminal and "NO_COLOR" not in os.environ, sort_keys=False),
    ]


def _harmless(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    shown = {_escaped(name): _escaped_deep(value) for name, value in event.items() if name != "exception"}
    if "exception" in event:
        lines = (_escaped(line) for line in str(event["exception"]).split("\n"))
        shown["exception"] = textwrap.indent("\n".join(lines), "  ")
    return shown


def _escaped_deep(value: Any) -> Any:
    match value:
        case str():
            return _escaped(value)
        case dict():
            return {_escaped(name): _escaped_deep(item) for name, item in value.items()}
        case list():
            return [_escaped_deep(item) for item in value]
        case _:
            return value


def _escaped(text: str) -> str:
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    logging.getLogger("hermes").critical("uncaught exception", exc_info=(kind, error, trace))
