"""What a person reads in the terminal: coloured where it is one, plain where it is a file."""

import os
import sys

COLOURS = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


def has_colours() -> bool:
    """Whether the output is a terminal whose owner did not ask for plain text (https://no-color.org)."""
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


def paint(colour: str, text: str) -> str:
    """`text` in a colour of COLOURS, or as it is where there are none."""
    return f"\033[{COLOURS[colour]}m{text}\033[0m" if has_colours() else text


def say(text: str = "") -> None:
    """Print at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
