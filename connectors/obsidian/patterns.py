"""A customer's regular expression, run where it can be killed.

A pattern such as `(a+)+$` takes longer than the age of the universe on a page of text, and Python cannot
interrupt it. It runs in a process of its own with little time and memory (`pattern_process`).
"""

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from connectors.obsidian.limits import NOTE_BYTES, PATTERN_CPU_S, PATTERN_MEMORY_BYTES
from hermes.core.errors import InvalidArgument

PROGRAM = Path(__file__).with_name("pattern_process.py")
# Processor time is limited in the process; this ends one that waits for ever.
WALL_S = 15.0


class Pattern:
    """A compiled pattern in a process of its own; use it as a context manager.

    Python's `re` with `^` and `$` at each line. Raises InvalidArgument naming `argument` where the pattern is
    wrong or takes too long.
    """

    def __init__(self, pattern: str, *, argument: str, replace: str | None = None, count: int = 0) -> None:
        self._argument = argument
        self._asked = {
            "pattern": pattern,
            "replace": replace,
            "count": count,
            "cpu_s": PATTERN_CPU_S,
            "memory_bytes": PATTERN_MEMORY_BYTES,
            "limit_chars": NOTE_BYTES,
        }

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(  # noqa: S603  (our own program, no shell)
            [sys.executable, "-I", "-S", "-X", "utf8", str(PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            text=True,
            encoding="utf-8",
        )
        self._timer = threading.Timer(WALL_S, self._process.kill)
        self._timer.daemon = True
        self._timer.start()
        try:
            self._ask(self._asked)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        self._timer.cancel()
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):  # what it did not read any more
                    pipe.close()
        self._process.wait()

    def spans(self, text: str) -> Sequence[tuple[int, int]]:
        """Where the first 50 matches are."""
        return [(start, end) for start, end in self._ask(text)["matches"]]

    def replaced(self, text: str) -> tuple[str, int]:
        """The text with the matches replaced (`\\1` is a group), and how many were."""
        told = self._ask(text)
        return told["text"], told["count"]

    def _ask(self, given: Any) -> dict[str, Any]:
        if self._process.stdin is None or self._process.stdout is None:
            raise TypeError("the process has no pipes")
        try:
            self._process.stdin.write(json.dumps(given) + "\n")
            self._process.stdin.flush()
            told: dict[str, Any] = json.loads(self._process.stdout.readline())
        except (BrokenPipeError, json.JSONDecodeError):
            raise self._refused(
                "takes too long; make it simpler: no repetition inside a repetition"
            ) from None
        if "error" in told:
            raise self._refused(f"cannot be used: {told['error']}")
        return told

    def _refused(self, why: str) -> InvalidArgument:
        return InvalidArgument(f"The regular expression {why}.", details={"argument": self._argument})
