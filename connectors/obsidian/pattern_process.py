"""The process that runs one customer's pattern: `python -I -S pattern_process.py`, killed by its kernel.

Standard input: a line {pattern, replace?, count, cpu_s, memory_bytes}, then a JSON text a line. Each line is
answered by {matches: [[start, end], …]} or {text, count}, or {error}. A text that takes more than `cpu_s` of
processor time ends the process (SIGPROF), since nothing in Python can stop a running match.
"""

import json
import re
import resource
import signal
import sys
from typing import Any

MATCHES = 50


def main() -> None:
    """Answer until the input ends."""
    asked = json.loads(sys.stdin.readline())
    resource.setrlimit(resource.RLIMIT_AS, (asked["memory_bytes"],) * 2)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, asked["cpu_s"])
    try:
        pattern = re.compile(asked["pattern"], re.MULTILINE)
    except (re.error, RecursionError, OverflowError, MemoryError) as wrong:
        say({"error": str(wrong)[:200]})
        return
    say({})
    for line in sys.stdin:
        signal.setitimer(signal.ITIMER_PROF, asked["cpu_s"])
        try:
            say(answer(pattern, asked, json.loads(line)))
        except (re.error, IndexError, MemoryError) as wrong:
            say({"error": str(wrong)[:200] or "it needs too much memory"})
        signal.setitimer(signal.ITIMER_PROF, 0)


def answer(pattern: re.Pattern[str], asked: dict[str, Any], text: str) -> dict[str, Any]:
    """What the pattern finds in a text, or makes of it."""
    if asked.get("replace") is None:
        found = []
        for match in pattern.finditer(text):
            found.append(match.span())
            if len(found) == MATCHES:
                break
        return {"matches": found}
    changed, count = pattern.subn(asked["replace"], text, count=asked["count"])
    if len(changed) > asked["limit_chars"]:
        return {"error": "the result is too long"}
    return {"text": changed, "count": count}


def say(told: dict[str, Any]) -> None:
    """Answer one line."""
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
