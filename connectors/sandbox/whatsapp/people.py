"""People of the sandbox: each phone number has a business-scoped user id, and each id is a person."""

import base64
import dataclasses
import os
import re

from connectors.sandbox.graph import number_from
from connectors.sandbox.whatsapp.graph import wrong

USER_ID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")


@dataclasses.dataclass(frozen=True, slots=True)
class Person:
    """Someone on WhatsApp; `phone` is empty where only the user id is known."""

    user_id: str
    phone: str

    @property
    def known_as(self) -> str:
        """What a message is sent to."""
        return self.phone or self.user_id


def person(given: object, name: str) -> Person:
    """The person behind a phone number (any way of writing it) or a user id; raises GraphError."""
    if isinstance(given, str) and USER_ID.fullmatch(given):
        return Person(given, "")
    digits = re.sub(r"[+\s().-]", "", given) if isinstance(given, str) else ""
    if not re.fullmatch(r"[1-9][0-9]{6,14}", digits):
        raise wrong(f"Param {name} is not a valid phone number or user ID.")
    return Person(f"US.{number_from(digits, 20)}", digits)


def message_id(person: Person) -> str:
    """A new `wamid`: Meta's is base64 of the person's number and random letters too."""
    named = person.known_as.encode()[-40:]
    raw = (
        b"\x1c\x18"
        + bytes([len(named)])
        + named
        + b"\x15\x02\x00\x11\x18\x14"
        + os.urandom(10).hex().upper().encode()
    )
    return "wamid." + base64.b64encode(raw + b"\x00").decode()
