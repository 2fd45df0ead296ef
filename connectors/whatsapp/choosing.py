"""Templates as a person chooses and fills them, by the tools that list and send them."""

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.kit.texting import Gap, Template, Templates, ToolUse

LIMIT_SHOWN = 50
_FILES = {"image": "Picture", "video": "Video", "document": "Document"}
_BUTTONS = {"url": "End of the link of button {}", "copy_code": "Code of button {}"}


def _listing(words: str) -> ToolUse:
    arguments = {"status": "APPROVED", "limit": LIMIT_SHOWN, "detail": "detailed"}
    return ToolUse(tool="whatsapp_list_templates", arguments=arguments | ({"query": words} if words else {}))


def _read(answer: Mapping[str, Any]) -> list[Template]:
    # A code for signing in is no answer to anybody; programs send those.
    return [_template(told) for told in answer["templates"] if told["category"] != "AUTHENTICATION"]


def _template(told: Mapping[str, Any]) -> Template:
    header: Mapping[str, Any] = told.get("header") or {}
    return Template(
        name=told["name"],
        language=told["language"],
        category=told["category"].lower(),
        header=header.get("text") or _FILES.get(header.get("kind", ""), ""),
        text=told["body"],
        footer=told.get("footer") or "",
        gaps=_gaps(told.get("takes") or {}, header.get("kind", "")),
    )


def _gaps(takes: Mapping[str, Any], header_kind: str) -> list[Gap]:
    gaps = [_of_header(name, header_kind) for name in takes.get("header", ())]
    gaps += [Gap(part="body", name=n, label=_called(n), mark=f"{{{{{n}}}}}") for n in takes.get("body", ())]
    gaps += [
        Gap(part="buttons", name=index, label=_BUTTONS.get(kind, "Value of button {}").format(int(index) + 1))
        for index, kind in takes.get("buttons", {}).items()
    ]
    return gaps


def _of_header(name: str, kind: str) -> Gap:
    if kind in _FILES:
        return Gap(part="header", name=name, label=f"Address of the {_FILES[kind].lower()} (https://…)")
    if kind == "location":
        return Gap(part="header", name=name, label=name.capitalize())
    return Gap(part="header", name=name, label=f"{_called(name)} of the heading", mark=f"{{{{{name}}}}}")


def _called(name: str) -> str:
    return f"Value {name}" if name.isdecimal() else name.replace("_", " ").capitalize()


def _send(contact: str, name: str, language: str, values: Mapping[str, Sequence[str]]) -> ToolUse:
    given = {f"{part.removesuffix('s')}_params": list(held) for part, held in values.items() if held}
    arguments = {"to": contact, "template": name, "language": language, **given}
    return ToolUse(tool="whatsapp_send_template", arguments=arguments)


TEMPLATES = Templates(listing=_listing, read=_read, send=_send)
