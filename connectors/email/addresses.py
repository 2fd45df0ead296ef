"""Addresses of people: parsed strictly, and rebuilt from what was understood."""

import re
from collections.abc import Sequence
from email.header import Header
from email.utils import getaddresses
from typing import Annotated, NamedTuple

import idna
from msgspec import Meta

from connectors.email.limits import ADDRESS_CHARS, LOCAL_PART_CHARS, NAME_CHARS, RECIPIENTS
from connectors.email.plain import decode, made_plain, plain
from hermes.core.errors import InvalidArgument

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_NAMED = re.compile(r'\s*(?P<name>"(?:[^"\\]|\\.)*"|[^<>"@,;]*?)\s*<(?P<address>[^<>\s]+)>\s*')

To = Annotated[
    list[Annotated[str, Meta(min_length=3, max_length=ADDRESS_CHARS + NAME_CHARS)]],
    Meta(
        min_length=1,
        max_length=RECIPIENTS,
        description='ana@firm.example or "Ana <ana@firm.example>".',
    ),
]
Copies = Annotated[
    list[Annotated[str, Meta(min_length=3, max_length=ADDRESS_CHARS + NAME_CHARS)]],
    Meta(max_length=RECIPIENTS, description="Further addresses, like `to`."),
]


class Person(NamedTuple):
    """An address (ASCII, the domain in its xn-- form) and the name shown with it."""

    address: str
    name: str = ""

    @property
    def header(self) -> str:
        """As it stands in a header, in ASCII."""
        if not self.name:
            return self.address
        if self.name.isascii() and "=?" not in self.name:
            quoted = self.name.replace("\\", "\\\\").replace('"', '\\"')
            return f'"{quoted}" <{self.address}>'
        return (
            f"{Header(self.name, 'utf-8', maxlinelen=75).encode(linesep=chr(13) + chr(10))} <{self.address}>"
        )


def parse(text: str, argument: str) -> Person:
    """One address a caller gives. Raises InvalidArgument naming the argument."""
    plain(text, argument)
    named = _NAMED.fullmatch(text)
    name = named["name"].strip() if named else ""
    if name.startswith('"'):
        name = re.sub(r"\\(.)", r"\1", name[1:-1])
    return Person(_checked(named["address"] if named else text.strip(), argument), name[:NAME_CHARS])


def parse_all(texts: Sequence[str], argument: str) -> list[Person]:
    """Several, each address once."""
    return list({p.address.lower(): p for p in (parse(text, argument) for text in texts)}.values())


def read(value: str) -> list[Person]:
    """The addresses of a header that a third party wrote; what is no address is left out."""
    found = []
    for name, address in getaddresses([value.replace("\r", " ").replace("\n", " ")]):
        try:
            found.append(Person(_checked(address, "address"), made_plain(decode(name))[:NAME_CHARS]))
        except InvalidArgument:
            continue
    return found


def is_same(left: str, right: str) -> bool:
    """Whether two addresses are one mailbox as far as anybody but its server can tell."""
    return left.lower() == right.lower()


def _checked(address: str, argument: str) -> str:
    local, _, domain = address.rpartition("@")
    try:
        ascii_domain = domain.lower() if domain.isascii() else idna.encode(domain, uts46=True).decode()
        idna.encode(ascii_domain)
    except (idna.IDNAError, UnicodeError):
        raise _refused(argument) from None
    is_good = _LOCAL.fullmatch(local) and len(local) <= LOCAL_PART_CHARS and "." in ascii_domain
    if not is_good or len(local) + 1 + len(ascii_domain) > ADDRESS_CHARS:
        raise _refused(argument)
    return f"{local}@{ascii_domain}"


def _refused(argument: str) -> InvalidArgument:
    return InvalidArgument(
        f"'{argument}' holds something that is not an e-mail address; write it as ana@firm.example.",
        details={"argument": argument},
    )
