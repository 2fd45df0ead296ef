"""Who a message goes to: a phone number, or a business-scoped user id where the person hides the number."""

import dataclasses
import re
from typing import Annotated

import phonenumbers
from msgspec import Meta

from hermes.core.errors import InvalidArgument

# "US.13491208655302741918": a country, then what Meta gives each business for one person (since April 2026).
USER_ID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")
DIGITS = re.compile(r"[0-9]{7,15}")
WRITTEN = re.compile(r"(?:\+|00)[0-9 ().\-/]{6,30}")

To = Annotated[
    str,
    Meta(
        min_length=3,
        max_length=150,
        description="Phone number (+14155550123) or user id (US.134...).",
    ),
]


@dataclasses.dataclass(frozen=True, slots=True)
class Recipient:
    """`contact` is how the inbox knows the person: digits of the number without +, or the user id."""

    contact: str
    is_user_id: bool

    @property
    def address(self) -> dict[str, str]:
        """The members that address a message to this recipient."""
        return {"recipient": self.contact} if self.is_user_id else {"to": self.contact}


def parse(value: str, argument: str = "to") -> Recipient:
    """The recipient `value` names. Raises InvalidArgument naming `argument`.

    A number's length must fit its country (ITU E.164); whether it exists only WhatsApp knows.
    """
    text = value.strip()
    if USER_ID.fullmatch(text):
        return Recipient(text, is_user_id=True)
    international = f"+{text}" if DIGITS.fullmatch(text) else re.sub(r"^00", "+", text)
    if not WRITTEN.fullmatch(international):
        raise _refused(argument)
    try:
        number = phonenumbers.parse(international, None)
    except phonenumbers.NumberParseException:
        raise _refused(argument) from None
    if not phonenumbers.is_possible_number(number):
        raise _refused(argument)
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return Recipient(e164.removeprefix("+"), is_user_id=False)


def _refused(argument: str) -> InvalidArgument:
    return InvalidArgument(
        f"'{argument}' must be a phone number with its country code such as +14155550123, "
        "or a WhatsApp user id such as US.1349120865530274.",
        details={"argument": argument},
    )
