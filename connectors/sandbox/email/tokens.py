"""IMAP's commands as the words they are made of (RFC 9051, 4): atoms, strings, lists."""

from collections.abc import Sequence
from typing import Any

Piece = bytes | tuple[bytes]
"""A stretch of a command's line, or a literal (in a tuple)."""


def parsed(pieces: Sequence[Piece]) -> list[Any]:
    """The words of a command: bytes, and lists for what is in parentheses. Raises ValueError."""
    stack: list[list[Any]] = [[]]
    for piece in pieces:
        if isinstance(piece, tuple):
            stack[-1].append(piece[0])
        else:
            _scan(piece, stack)
    if len(stack) != 1:
        raise ValueError("parentheses")
    return stack[0]


def _scan(text: bytes, stack: list[list[Any]]) -> None:
    at = 0
    while at < len(text):
        char = text[at : at + 1]
        if char == b" ":
            at += 1
        elif char == b"(":
            stack.append([])
            at += 1
        elif char == b")":
            inner = stack.pop()
            stack[-1].append(inner)
            at += 1
        elif char == b'"':
            at = _string(text, at + 1, stack[-1])
        else:
            at = _atom(text, at, stack[-1])


def _string(text: bytes, at: int, into: list[Any]) -> int:
    told = bytearray()
    while text[at : at + 1] != b'"':
        if at >= len(text):
            raise ValueError("an open string")
        at += text[at : at + 1] == b"\\"
        told += text[at : at + 1]
        at += 1
    into.append(bytes(told))
    return at + 1


def _atom(text: bytes, at: int, into: list[Any]) -> int:
    start, depth = at, 0
    while at < len(text) and (depth or text[at : at + 1] not in (b" ", b"(", b")")):
        depth += (text[at : at + 1] == b"[") - (text[at : at + 1] == b"]")
        at += 1
    into.append(text[start:at])
    return at


def quoted(text: bytes) -> bytes:
    """A string as the server says it."""
    if not text.isascii() or b"\r" in text or b"\n" in text:
        return b"{%d}\r\n" % len(text) + text
    return b'"' + text.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def numbers(told: bytes, known: Sequence[int]) -> set[int]:
    """The UIDs a sequence set names, of those there are. Raises ValueError."""
    top = max(known, default=0)
    found: set[int] = set()
    for piece in told.split(b","):
        first, _, last = piece.partition(b":")
        ends = sorted(top if end == b"*" else int(end) for end in (first, last or first))
        found |= {uid for uid in known if ends[0] <= uid <= ends[-1]}
    return found
