"""Folders: their names, and what each is for."""

import dataclasses
from collections.abc import Iterable
from typing import Annotated, Any

from msgspec import Meta

from connectors.email.limits import FOLDER_CHARS
from connectors.email.plain import plain
from hermes.core.errors import InvalidArgument

FolderName = Annotated[
    str,
    Meta(min_length=1, max_length=FOLDER_CHARS, description="As email_list_folders names it."),
]
# Special-use flags (RFC 6154), and the names servers without them commonly use.
ROLES = {
    b"\\inbox": "inbox",
    b"\\sent": "sent",
    b"\\drafts": "drafts",
    b"\\trash": "trash",
    b"\\junk": "junk",
    b"\\archive": "archive",
    b"\\all": "all",
    b"\\flagged": "flagged",
}
NAMES = {
    "sent": ("sent", "sent items", "sent messages", "sent mail", "gesendet", "gesendete objekte"),
    "drafts": ("drafts", "draft", "entwürfe"),
    "trash": ("trash", "deleted items", "deleted messages", "papierkorb", "gelöschte objekte"),
    "junk": ("junk", "spam", "junk e-mail", "junk email"),
    "archive": ("archive", "archiv"),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Folder:
    """`role` is "" for folders without one; a folder that cannot be opened only holds others."""

    name: str
    role: str
    can_open: bool


def listed(told: Iterable[tuple[Iterable[Any], Any, Any]]) -> list[Folder]:
    """Folders from the answers to LIST: each role once, by the server's word, else by its usual name."""
    rows = [(_lower(flags), _delimiter(by), str(name)) for flags, by, name in told]
    roles: dict[str, str] = {}
    for flags, _, name in rows:
        for flag in flags & ROLES.keys():
            roles.setdefault(ROLES[flag], name)
        if name.upper() == "INBOX":
            roles.setdefault("inbox", name)
    for _, delimiter, name in rows:
        last = (name.split(delimiter)[-1] if delimiter else name).lower()
        for role, names in NAMES.items():
            if last in names and role not in roles and name not in roles.values():
                roles[role] = name
    by_name = {name: role for role, name in roles.items()}
    return [
        Folder(name, by_name.get(name, ""), not flags & {b"\\noselect", b"\\nonexistent"})
        for flags, _, name in rows
    ]


def named(name: str, argument: str = "folder") -> str:
    """A folder's name as a caller gives it. Raises InvalidArgument for control characters and wildcards."""
    plain(name, argument)
    if any(c in name for c in "*%"):
        raise InvalidArgument(
            f"'{argument}' names one folder; leave * and % out.", details={"argument": argument}
        )
    return "INBOX" if name.upper() == "INBOX" else name


def _lower(flags: Iterable[Any]) -> set[bytes]:
    return {flag.lower() for flag in flags if isinstance(flag, bytes)}


def _delimiter(told: Any) -> str:
    return told.decode("ascii", "replace") if isinstance(told, bytes) else str(told or "")
