"""Paths inside a vault: text in, checked segments out. What is refused here never reaches the disk.

A path has one form: NFC, segments divided by "/", and two that differ only in case are the same
(Obsidian's vaults live on file systems that see it so).
"""

import re
import unicodedata

from connectors.obsidian.limits import DEPTH, EXTENSIONS, NOTE, PATH_CHARS, SEGMENT_BYTES
from hermes.core.errors import InvalidArgument

Parts = tuple[str, ...]
TRASH = ".trash"
# Obsidian takes none of these: the first two divide paths, the others belong to its links.
_FORBIDDEN = frozenset("\\:|#^[]")
# Windows takes none of these; a vault may have them from elsewhere.
_FORBIDDEN_IN_NEW = frozenset('*?"<>')
_DEVICES = frozenset(
    {"CON", "PRN", "AUX", "NUL", *(f"{port}{digit}" for port in ("COM", "LPT") for digit in range(10))}
)
_ENCODED = re.compile(r"%(25)*(2e|2f|5c|00)", re.IGNORECASE)
_SEEN_FORMATS = frozenset("\u200c\u200d")  # joiners of scripts and emoji
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def parse(text: str, *, argument: str = "path", trash: bool = False, new: bool = False) -> Parts:
    """The segments of a path, at least one.

    `trash` allows `.trash/…`; `new` also refuses what other systems could not store.
    Raises InvalidArgument naming `argument`.
    """
    problem = "is empty or too long" if not 0 < len(text) <= PATH_CHARS else None
    parts = tuple(unicodedata.normalize("NFC", text).strip("\n").split("/"))
    if problem is None and len(parts) > DEPTH:
        problem = f"has more than {DEPTH} levels"
    checked = parts[1:] if trash and parts[0] == TRASH and len(parts) > 1 else parts
    for segment in checked if problem is None else ():
        problem = problem or problem_of(segment, new=new)
    if problem is not None:
        raise InvalidArgument(
            f"'{argument}' {problem}. Give a path inside the vault such as Projects/Plan.md.",
            details={"argument": argument},
        )
    return parts


def folder(text: str | None, *, argument: str = "path", trash: bool = False) -> Parts:
    """A folder's segments; None, "" and "/" are the vault itself."""
    if text in (None, "", "/"):
        return ()
    trimmed = str(text).removesuffix("/")
    if trash and trimmed == TRASH:
        return (TRASH,)
    return parse(trimmed, argument=argument, trash=trash)


def file(text: str, *, argument: str = "path", trash: bool = False, new: bool = False) -> Parts:
    """A file's segments; a name without a known ending is a note's and gets `.md`."""
    parts = parse(text, argument=argument, trash=trash, new=new)
    if extension(parts) in EXTENSIONS:
        return parts
    return parse(f"{text}.{NOTE}", argument=argument, trash=trash, new=new)


def note(text: str, *, argument: str = "path", new: bool = False) -> Parts:
    """A note's segments. Raises InvalidArgument for another kind of file."""
    parts = file(text, argument=argument, new=new)
    if extension(parts) != NOTE:
        raise InvalidArgument(
            f"'{argument}' must be a note (.md); other files are brought in by import.",
            details={"argument": argument},
        )
    return parts


def problem_of(segment: str, *, new: bool = False) -> str | None:
    """What is wrong with one name, None where nothing is."""
    folded = unicodedata.normalize("NFKC", segment)
    characters, stem = {*segment}, segment.partition(".")[0].rstrip().upper()
    is_long = len(segment.encode("utf-8", "surrogatepass")) > SEGMENT_BYTES
    is_reserved = characters & _FORBIDDEN or {"/", "\\"} & {*folded} or _ENCODED.search(segment)
    is_hidden = any(unicodedata.category(c) in _HIDDEN and c not in _SEEN_FORMATS for c in characters)
    problems = (
        (not segment, "is absolute, ends with a slash or has two in a row"),
        (folded.startswith("."), "names a hidden file or leads upwards"),
        (is_long, f"has a name of more than {SEGMENT_BYTES} bytes"),
        (segment != segment.strip(" ") or segment.endswith("."), "has a space or dot at the end of a name"),
        (is_reserved, "holds one of \\ : | # ^ [ ] or an encoded slash or dot"),
        (new and characters & _FORBIDDEN_IN_NEW, 'holds one of * ? " < >, which not every system stores'),
        (is_hidden, "holds a control or invisible character"),
        (stem in _DEVICES, "is the name of a device on some systems"),
    )
    return next((problem for is_so, problem in problems if is_so), None)


def extension(parts: Parts) -> str:
    """The ending of a file's name in lower case, without the dot; "" where there is none."""
    stem, dot, ending = parts[-1].rpartition(".")
    return ending.lower() if dot and stem else ""


def key(name: str) -> str:
    """What is equal for two spellings of one name."""
    if name.isascii():
        return name.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).lower())


def shown(parts: Parts) -> str:
    """The path as text."""
    return "/".join(parts)
