"""What mail servers refuse, in our words. Their own texts are never passed on.

IMAP's response codes: RFC 5530; SMTP's enhanced status codes: RFC 3463 and 4954, Microsoft's 5.7.30, 5.7.60
and 5.7.139, Google's 5.7.8 and 5.7.9.
"""

import re
from collections.abc import Callable, Mapping

from hermes.core.errors import (
    Conflict,
    HermesError,
    InvalidArgument,
    NeedsReauth,
    NotAllowedByPlatform,
    NotFound,
    OutcomeUnknown,
    PlatformRejected,
    PlatformUnavailable,
    RateLimited,
    RecipientUnreachable,
    TooLarge,
)

GREYLIST_S = 300.0
_CODE = re.compile(r"\[([A-Z0-9-]+)")
_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
REFUSED_LOGIN = (
    "The mail server refuses the user name or password. Make an app password at the mail provider and "
    "connect with it."
)
REFUSED_BEARER = (
    "The mail server refuses the access token: it expired or was revoked. Connect with a new one."
)
NO_PASSWORDS = (
    "The mail provider does not allow this account to sign in with a password here. Allow it there, or "
    "connect with an OAuth access token."
)
TOO_NARROW = "The access token may not be used for mail. Ask for one that has the scopes of IMAP and SMTP."
SWITCHED_OFF = (
    "The mail provider does not let this account use IMAP and SMTP. Switch them on in its settings there."
)


def lost(*, is_changing: bool) -> HermesError:
    """The line broke."""
    if is_changing:
        return OutcomeUnknown(
            "The mail server may have done this, but its answer was lost; look before you repeat it."
        )
    return PlatformUnavailable("The mail server did not answer in time; try again in a minute.")


def imap_refusal(text: str) -> HermesError:
    """A command the server answered with NO or BAD."""
    for code in _CODE.findall(text):
        if code in _BY_CODE:
            return _BY_CODE[code]()
    return PlatformRejected("The mail server refused this; check the arguments.")


def no_folder() -> NotFound:
    """There is no such folder."""
    return NotFound("There is no such folder; see email_list_folders.")


def _forbidden() -> HermesError:
    return NotAllowedByPlatform("The mail account does not allow this; check its rights at the provider.")


def _limited() -> HermesError:
    return RateLimited("The mail server is limiting this account; try again later.", retry_after_s=60.0)


def _faulty() -> HermesError:
    return PlatformUnavailable("The mail server has a fault right now; try again in a minute.")


_BY_CODE: Mapping[str, Callable[[], HermesError]] = {
    "AUTHENTICATIONFAILED": lambda: NeedsReauth(REFUSED_LOGIN),
    "EXPIRED": lambda: NeedsReauth(REFUSED_LOGIN),
    "NOPERM": _forbidden,
    "AUTHORIZATIONFAILED": _forbidden,
    "CONTACTADMIN": _forbidden,
    "LIMIT": _limited,
    "THROTTLED": _limited,
    "INUSE": _limited,
    "UNAVAILABLE": _faulty,
    "SERVERBUG": _faulty,
    "OVERQUOTA": lambda: PlatformRejected("The mailbox is full; delete something first."),
    "NONEXISTENT": no_folder,
    "TRYCREATE": no_folder,
    "ALREADYEXISTS": lambda: Conflict("There is a folder of that name already."),
    "TOOBIG": lambda: TooLarge("The mail server says this message is too large."),
}


def imap_sign_in(text: str, *, by_token: bool) -> HermesError:
    """A sign-in the IMAP server refused."""
    codes = set(_CODE.findall(text))
    if codes & {"UNAVAILABLE", "SERVERBUG", "LIMIT", "THROTTLED", "INUSE"}:
        return imap_refusal(text)
    if codes & {"AUTHORIZATIONFAILED", "NOPERM", "CONTACTADMIN"}:
        return NotAllowedByPlatform(TOO_NARROW if by_token else SWITCHED_OFF)
    told = text.lower()
    if "application-specific" in told or "basic auth" in told:
        return NotAllowedByPlatform(NO_PASSWORDS)
    if "disabled" in told or "not enabled" in told:
        return NotAllowedByPlatform(SWITCHED_OFF)
    return NeedsReauth(REFUSED_BEARER if by_token else REFUSED_LOGIN)


def smtp_sign_in(code: int, text: str, *, by_token: bool) -> HermesError:
    """A sign-in the SMTP server refused."""
    detail = _enhanced(text)
    if 400 <= code < 500:
        return RateLimited("The mail server takes no sign-in right now; try again later.", retry_after_s=60.0)
    if detail in ("5.7.9", "5.7.30"):
        return NotAllowedByPlatform(NO_PASSWORDS)
    if detail == "5.7.139" and "expired" not in text.lower():
        return NotAllowedByPlatform(SWITCHED_OFF)
    return NeedsReauth(REFUSED_BEARER if by_token else REFUSED_LOGIN)


def smtp_recipient(code: int, text: str, addresses: list[str]) -> HermesError:
    """Recipients the server refused; nobody got anything."""
    named = ", ".join(addresses[:5])
    if code in (421, 450, 451, 452):
        return _later(code, text)
    if _enhanced(text) in ("5.7.1", "5.7.0", "5.7.60") or code in (553, 530):
        return PlatformRejected(
            f"The mail server does not take mail for {named} from this account; nothing was sent."
        )
    return RecipientUnreachable(
        f"The mail server does not know or does not take {named}; nothing was sent to anybody.",
        details={"recipients": addresses[:20]},
    )


def smtp_refusal(code: int, text: str) -> HermesError:
    """A message, or its sender, that the server refused."""
    detail = _enhanced(text)
    if code < 500:
        return _later(code, text)
    if code == 552 or detail in ("5.3.4", "5.2.3"):
        return TooLarge("The mail server says this message is too large; send less.")
    if detail == "5.7.60":
        return NotAllowedByPlatform(
            "The account may not send as this address; ask the provider's administrator."
        )
    if code in (535, 530):
        return NeedsReauth(REFUSED_LOGIN)
    return PlatformRejected("The mail server refused the message, maybe as unwanted; change it.")


def _later(code: int, text: str) -> HermesError:
    if code == 421:
        return PlatformUnavailable("The mail server closes for now; nothing was sent, try again in a minute.")
    if code == 452 and _enhanced(text) == "4.5.3":
        return InvalidArgument("The mail server takes fewer recipients in one message; send several.")
    return RateLimited(
        "The mail server wants to be asked again later (greylisting or a limit); nothing was sent.",
        retry_after_s=GREYLIST_S,
    )


def _enhanced(text: str) -> str:
    found = _ENHANCED.search(text)
    return found[1] if found else ""
