"""What a message may hold, by type, and what Meta answers where it does not (Cloud API, 2026-06)."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from connectors.sandbox.graph import invalid
from connectors.sandbox.whatsapp import attachments, interactive, template_sends
from connectors.sandbox.whatsapp.checks import member, members, only, optional, text
from connectors.sandbox.whatsapp.graph import missing, wrong
from connectors.sandbox.whatsapp.state import State

WAMID = re.compile(r"wamid\.[A-Za-z0-9+/=_-]{4,180}")


async def check(kind: str, content: Any, state: State) -> None:
    """Raise GraphError where the content of a message is not what its type wants."""
    if kind in attachments.KINDS:
        await attachments.check(kind, content, state)
    elif kind == "template":
        await template_sends.check(content, state)
    else:
        _CHECKS[kind](content)


def kinds() -> list[str]:
    """The types of message."""
    return sorted({*_CHECKS, *attachments.KINDS, "template"})


def check_wamid(value: Any, name: str) -> None:
    """The id of a message."""
    if not isinstance(value, str) or not WAMID.fullmatch(value):
        raise wrong(f"Invalid message ID in '{name}'.")


def _text(content: Any) -> None:
    given = members("text", content, {"body", "preview_url"})
    text("text", given, "body", 4096)
    if not isinstance(given.get("preview_url", False), bool):
        raise invalid("Param text['preview_url'] must be a boolean.")


def _location(content: Any) -> None:
    given = members("location", content, {"latitude", "longitude", "name", "address"})
    for name, bound in (("latitude", 90), ("longitude", 180)):
        try:
            value = float(member("location", given, name))
        except (TypeError, ValueError):
            raise wrong(f"location['{name}'] must be a number.") from None
        if not -bound <= value <= bound:
            raise wrong(f"location['{name}'] must be between -{bound} and {bound}.")
    optional("location", given, "name", 1000)
    optional("location", given, "address", 1000)


def _contacts(content: Any) -> None:
    if not isinstance(content, list) or not content:
        raise missing("contacts")
    allowed = {"addresses", "birthday", "emails", "name", "org", "phones", "urls"}
    for card in content:
        name = member("contacts", members("contacts", card, allowed), "name")
        parts = {"formatted_name", "first_name", "last_name", "middle_name", "suffix", "prefix"}
        given = members("contacts['name']", name, parts)
        text("contacts['name']", given, "formatted_name", 1000)
        if len(given) < 2:
            raise missing("contacts['name']['first_name']")
        for phone in card.get("phones", []):
            only("contacts['phones']", phone, {"phone", "type", "wa_id"})


def _reaction(content: Any) -> None:
    given = members("reaction", content, {"message_id", "emoji"})
    check_wamid(member("reaction", given, "message_id"), "reaction['message_id']")
    emoji = given.get("emoji", "")
    if not isinstance(emoji, str) or len(emoji) > 20 or re.search(r"[A-Za-z\s]", emoji):
        raise wrong("reaction['emoji'] must be one emoji, or empty to remove it.")


_CHECKS: Mapping[str, Callable[[Any], None]] = {
    "text": _text,
    "location": _location,
    "contacts": _contacts,
    "reaction": _reaction,
    "interactive": interactive.check,
}
