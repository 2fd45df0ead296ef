"""Messages a person answers with a tap."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from connectors.kit.context import ToolContext
from connectors.kit.tool import SEND, Params, Tool, ToolResult
from connectors.whatsapp import limits, recipients, window
from connectors.whatsapp.client import Graph
from connectors.whatsapp.files import File, ready
from connectors.whatsapp.outputs import Sent
from connectors.whatsapp.recipients import To
from connectors.whatsapp.tools.common import ReplyTo, sent
from hermes.core.errors import InvalidArgument

Id = Annotated[
    str, Meta(min_length=1, max_length=limits.ROW_ID_CHARS, description="Comes back when it is chosen.")
]


class Button(Params, frozen=True):
    """A reply button."""

    id: Id
    title: Annotated[str, Meta(min_length=1, max_length=limits.BUTTON_CHARS)]


class Row(Params, frozen=True):
    """A row of a list."""

    id: Id
    title: Annotated[str, Meta(min_length=1, max_length=limits.ROW_TITLE_CHARS)]
    description: Annotated[str, Meta(min_length=1, max_length=limits.ROW_TEXT_CHARS)] | None = None


class Section(Params, frozen=True):
    """Rows under a title; the title is required with several sections."""

    rows: Annotated[list[Row], Meta(min_length=1, max_length=limits.ROWS)]
    title: Annotated[str, Meta(min_length=1, max_length=limits.ROW_TITLE_CHARS)] | None = None


class Options(Params, frozen=True):
    """What can be tapped; which members are needed depends on `kind`."""

    buttons: Annotated[list[Button], Meta(min_length=1, max_length=limits.BUTTONS)] | None = None
    sections: Annotated[list[Section], Meta(min_length=1, max_length=limits.SECTIONS)] | None = None
    label: (
        Annotated[
            str,
            Meta(
                min_length=1, max_length=30, description="Words on the button that opens list, link or flow."
            ),
        ]
        | None
    ) = None
    url: Annotated[str, Meta(max_length=2000, pattern=r"^https?://[^\s]+$")] | None = None
    flow_id: Annotated[str, Meta(max_length=40, pattern=r"^[0-9]+$")] | None = None
    flow_token: Annotated[str, Meta(max_length=200, description="Comes back with the answers.")] | None = None
    flow_screen: (
        Annotated[str, Meta(max_length=80, description="First screen; needed with flow_data.")] | None
    ) = None
    flow_data: (
        Annotated[dict[str, Any], Meta(max_length=100, description="Input of the first screen.")] | None
    ) = None
    flow_draft: Annotated[bool, Meta(description="Send an unpublished flow, for tests.")] = False


class HeaderMedia(Params, frozen=True):
    """A picture, video or document above the text instead of `header`."""

    kind: Literal["image", "video", "document"]
    file: File


class SendInteractive(Params, frozen=True):
    """An interactive message."""

    to: To
    kind: Annotated[
        Literal["buttons", "list", "cta_url", "location_request", "flow"],
        Meta(
            description="buttons: options.buttons, 1-3. list: options.label and options.sections, 1-10 rows "
            "in all. cta_url: options.label and options.url. location_request: no options. flow: "
            "options.label and options.flow_id."
        ),
    ]
    body: Annotated[str, Meta(min_length=1, max_length=limits.BODY_CHARS, description="The message itself.")]
    options: Options | None = None
    header: (
        Annotated[
            str, Meta(min_length=1, max_length=limits.HEADER_CHARS, description="Title above the body.")
        ]
        | None
    ) = None
    header_media: HeaderMedia | None = None
    footer: (
        Annotated[str, Meta(min_length=1, max_length=limits.FOOTER_CHARS, description="Small print below.")]
        | None
    ) = None
    reply_to: ReplyTo | None = None


async def send_interactive(ctx: ToolContext, params: SendInteractive) -> ToolResult:
    """Send an interactive message."""
    to = recipients.parse(params.to)
    options = params.options or Options()
    _refuse_odd_frame(params)
    wire_type, action = ACTIONS[params.kind](options)
    graph = Graph(ctx)
    await window.require_open(graph, to)
    message: dict[str, Any] = {"type": wire_type, "body": {"text": params.body}, "action": action}
    if params.header:
        message["header"] = {"type": "text", "text": params.header}
    if params.header_media:
        kind = params.header_media.kind
        file = await ready(graph, params.header_media.file, kind, argument="header_media.file")
        message["header"] = {"type": kind, kind: dict(file.reference)}
    if params.footer:
        message["footer"] = {"text": params.footer}
    accepted = await window.send(graph, to, "interactive", message, reply_to=params.reply_to)
    return sent(graph, accepted, "interactive", text=params.body, reply_to=params.reply_to)


def _refuse_odd_frame(params: SendInteractive) -> None:
    has_header = params.header or params.header_media
    if params.header and params.header_media:
        raise _refused("header_media", "cannot stand together with 'header'; give one of them")
    if params.kind == "location_request" and (has_header or params.footer):
        raise _refused(
            "header" if has_header else "footer", "is not possible on a location request; leave it out"
        )
    if params.kind == "list" and params.header_media:
        raise _refused("header_media", "is not possible on a list; use 'header'")


def _buttons(options: Options) -> tuple[str, dict[str, Any]]:
    buttons = _needed(options.buttons, "buttons")
    _refuse_twins([b.id for b in buttons], "options.buttons", "id")
    _refuse_twins([b.title for b in buttons], "options.buttons", "title")
    return "button", {
        "buttons": [{"type": "reply", "reply": {"id": b.id, "title": b.title}} for b in buttons]
    }


def _list(options: Options) -> tuple[str, dict[str, Any]]:
    sections, label = _needed(options.sections, "sections"), _label(options, limits.BUTTON_CHARS)
    rows = [row for section in sections for row in section.rows]
    if len(rows) > limits.ROWS:
        raise _refused("options.sections", f"may have at most {limits.ROWS} rows in all")
    if len(sections) > 1 and not all(s.title for s in sections):
        raise _refused("options.sections", "need a title each, as there are several")
    _refuse_twins([row.id for row in rows], "options.sections", "id")
    wire = [{k: v for k, v in msgspec.to_builtins(s).items() if v is not None} for s in sections]
    for section in wire:
        section["rows"] = [{k: v for k, v in row.items() if v is not None} for row in section["rows"]]
    return "list", {"button": label, "sections": wire}


def _cta_url(options: Options) -> tuple[str, dict[str, Any]]:
    url, label = _needed(options.url, "url"), _label(options, limits.BUTTON_CHARS)
    return "cta_url", {"name": "cta_url", "parameters": {"display_text": label, "url": url}}


def _location_request(_: Options) -> tuple[str, dict[str, Any]]:
    return "location_request_message", {"name": "send_location"}


def _flow(options: Options) -> tuple[str, dict[str, Any]]:
    flow: dict[str, Any] = {
        "flow_message_version": "3",
        "flow_id": _needed(options.flow_id, "flow_id"),
        "flow_cta": _label(options, 30),
    }
    if options.flow_token:
        flow["flow_token"] = options.flow_token
    if options.flow_draft:
        flow["mode"] = "draft"
    if options.flow_data and not options.flow_screen:
        raise _refused("options.flow_screen", "is missing; flow_data needs the screen it is for")
    if options.flow_screen:
        payload: dict[str, Any] = {"screen": options.flow_screen}
        if options.flow_data:
            payload["data"] = options.flow_data
        flow |= {"flow_action": "navigate", "flow_action_payload": payload}
    return "flow", {"name": "flow", "parameters": flow}


ACTIONS: dict[str, Callable[[Options], tuple[str, dict[str, Any]]]] = {
    "buttons": _buttons,
    "list": _list,
    "cta_url": _cta_url,
    "location_request": _location_request,
    "flow": _flow,
}


def _needed(value: Any, member: str) -> Any:
    if not value:
        raise _refused(f"options.{member}", "is missing; this kind of message needs it")
    return value


def _label(options: Options, limit_chars: int) -> str:
    label: str = _needed(options.label, "label")
    if len(label) > limit_chars:
        raise _refused("options.label", f"may have at most {limit_chars} characters for this kind")
    return label


def _refuse_twins(values: list[str], argument: str, member: str) -> None:
    if len(set(values)) < len(values):
        raise _refused(argument, f"must each have their own {member}")


def _refused(argument: str, rule: str) -> InvalidArgument:
    return InvalidArgument(f"'{argument}' {rule}.", details={"argument": argument})


TOOLS = (
    Tool(
        name="whatsapp_send_interactive",
        title="Send WhatsApp buttons, list, link or flow",
        description="Send a message the person answers with a tap: up to 3 reply buttons, a list to choose "
        "from, a link button, a request for their location, or a WhatsApp flow (form). What they choose "
        "arrives as a message with the id you gave. Needs the 24-hour window like whatsapp_send_text.",
        params=SendInteractive,
        output=Sent,
        handler=send_interactive,
        hints=SEND,
        redact=frozenset({"to", "body", "header", "header_media", "footer", "options"}),
        example={
            "to": "+14155550123",
            "kind": "buttons",
            "body": "Shall we deliver tomorrow?",
            "options": {"buttons": [{"id": "yes", "title": "Yes"}, {"id": "no", "title": "No"}]},
        },
    ),
)
