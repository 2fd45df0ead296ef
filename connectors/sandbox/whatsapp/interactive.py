"""Interactive messages: buttons, lists, links, location requests and flows."""

from collections.abc import Callable, Mapping
from typing import Any

from connectors.sandbox.graph import invalid
from connectors.sandbox.whatsapp.checks import distinct, items, member, members, only, optional, text
from connectors.sandbox.whatsapp.graph import wrong

_NAME = "interactive"
_HEADERS = frozenset({"text", "image", "video", "document"})


def check(content: Any) -> None:
    """Raise GraphError where an interactive message is not what its type wants."""
    given = members(_NAME, content, {"type", "header", "body", "footer", "action"})
    kind = member(_NAME, given, "type")
    if kind not in _ACTIONS:
        raise wrong(f"interactive['type'] must be one of {', '.join(_ACTIONS)}.")
    body = members("interactive['body']", given.get("body"), {"text"})
    text("interactive['body']", body, "text", 4096 if kind == "list" else 1024)
    if "footer" in given:
        text("interactive['footer']", only("interactive['footer']", given["footer"], {"text"}), "text", 60)
    if "header" in given:
        _header(kind, given["header"])
    _ACTIONS[kind](members("interactive['action']", given.get("action"), _ACTION_MEMBERS))


_ACTION_MEMBERS = frozenset({"button", "buttons", "sections", "name", "parameters"})


def _header(kind: str, value: Any) -> None:
    name = "interactive['header']"
    given = only(name, value, {"type", *_HEADERS})
    header = member(name, given, "type")
    if header not in _HEADERS or (kind == "list" and header != "text") or kind == "location_request_message":
        raise wrong(f"{name}['type'] '{header}' is not supported for {kind} messages.")
    if header == "text":
        text(name, given, "text", 60)
    elif not isinstance(given.get(header), dict) or not {"id", "link"} & set(given[header]):
        raise wrong(f"{name}['{header}'] must have an 'id' or a 'link'.")


def _buttons(action: Mapping[str, Any]) -> None:
    name = "interactive['action']['buttons']"
    replies = []
    for button in items(name, action.get("buttons"), 3):
        if member(name, only(name, button, {"type", "reply"}), "type") != "reply":
            raise wrong(f"{name}['type'] must be 'reply'.")
        reply = members(f"{name}['reply']", button.get("reply"), {"id", "title"})
        replies.append((text(name, reply, "id", 256), text(name, reply, "title", 20)))
    distinct(name, [reply_id for reply_id, _ in replies])
    distinct(name, [title for _, title in replies])


def _list(action: Mapping[str, Any]) -> None:
    name = "interactive['action']['sections']"
    text("interactive['action']", action, "button", 20)
    sections = items(name, action.get("sections"), 10)
    rows = []
    for section in sections:
        only(name, section, {"title", "rows"})
        if len(sections) > 1:
            text(name, section, "title", 24)
        rows += items(f"{name}['rows']", section.get("rows"), 10)
    if len(rows) > 10:
        raise invalid(f"Total row count exceed max allowed count: 10 in param {name}.")
    for row in rows:
        only(f"{name}['rows']", row, {"id", "title", "description"})
        text(f"{name}['rows']", row, "title", 24)
        optional(f"{name}['rows']", row, "description", 72)
    distinct(f"{name}['rows']['id']", [text(f"{name}['rows']", row, "id", 200) for row in rows])


def _link(action: Mapping[str, Any]) -> None:
    given = _named(action, "cta_url", {"display_text", "url"})
    text("interactive['action']['parameters']", given, "display_text", 20)
    url = text("interactive['action']['parameters']", given, "url", 2000)
    if not url.startswith(("https://", "http://")):
        raise wrong("interactive['action']['parameters']['url'] is not a valid URI.")


def _location_request(action: Mapping[str, Any]) -> None:
    if action.get("name") != "send_location":
        raise wrong("interactive['action']['name'] must be 'send_location'.")


def _flow(action: Mapping[str, Any]) -> None:
    name = "interactive['action']['parameters']"
    known = {
        "flow_message_version",
        "flow_token",
        "flow_id",
        "flow_name",
        "flow_cta",
        "flow_action",
        "flow_action_payload",
        "mode",
    }
    given = _named(action, "flow", known)
    if member(name, given, "flow_message_version") != "3":
        raise wrong(f"{name}['flow_message_version'] must be '3'.")
    if ("flow_id" in given) == ("flow_name" in given):
        raise invalid(f"Param {name} must have exactly one of 'flow_id' and 'flow_name'.")
    text(name, given, "flow_cta", 30)
    if given.get("flow_action", "navigate") not in ("navigate", "data_exchange"):
        raise wrong(f"{name}['flow_action'] must be 'navigate' or 'data_exchange'.")


def _named(action: Mapping[str, Any], name: str, parameters: set[str]) -> Mapping[str, Any]:
    if action.get("name") != name:
        raise wrong(f"interactive['action']['name'] must be '{name}'.")
    return members("interactive['action']['parameters']", action.get("parameters"), parameters)


_ACTIONS: Mapping[str, Callable[[Mapping[str, Any]], None]] = {
    "button": _buttons,
    "list": _list,
    "cta_url": _link,
    "location_request_message": _location_request,
    "flow": _flow,
}
