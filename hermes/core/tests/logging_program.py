"""Logs what it is told on standard input, the ways that Hermes and its libraries log."""

import json
import logging
import logging.config
import sys
import warnings
from typing import Any

import django
import structlog
import uvicorn.config

from connectors.kit.secret import Secret
from hermes.core.redaction import hide
from hermes.environment import choose_settings


def log_everywhere(text: str, hidden: str, fields: dict[str, Any]) -> None:
    structlog.contextvars.bind_contextvars(user_agent=text)
    ours, theirs = structlog.get_logger("hermes.sample"), logging.getLogger("somebody.else")
    ours.info("structured", given=text, nested={"list": [text]}, **fields)
    ours.info(text)
    ours.warning("secret", value=Secret(hidden), text=f"with {hidden} in it")
    theirs.warning("formatted %s", text)
    theirs.warning("%d is not for %s", text, "this")
    try:
        raise ValueError(text)
    except ValueError:
        ours.exception("failed")
        theirs.exception("failed too")
    logging.getLogger("celery.task").warning(text)
    logging.getLogger("uvicorn.error").warning(text)
    logging.getLogger("uvicorn.access").info("noise %s", text)
    logging.getLogger("urllib3.connectionpool").warning("noise %s", text)
    logging.getLogger("aiohttp.access").info("noise %s", text)
    ours.debug("below the level")
    warnings.warn(text, stacklevel=1)


def main() -> None:
    logging.config.dictConfig(uvicorn.config.LOGGING_CONFIG)
    choose_settings()
    django.setup()
    warnings.simplefilter("always")
    told = json.load(sys.stdin)
    hide(told["hidden"])
    for text in told["texts"]:
        log_everywhere(text, told["hidden"], told["fields"])
    raise RuntimeError(told["texts"][-1])


main()
