"""Template messages: the way to a person outside the 24-hour window."""

import difflib
from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta

from connectors.kit.context import ToolContext
from connectors.kit.tool import SEND, Params, Tool, ToolResult
from connectors.whatsapp import recipients
from connectors.whatsapp.client import Graph
from connectors.whatsapp.definitions import PLACEHOLDER, Definition, definition
from connectors.whatsapp.filling import ValueList, ValuesByName, components
from connectors.whatsapp.outputs import Sent
from connectors.whatsapp.recipients import To
from connectors.whatsapp.tools.common import sent
from connectors.whatsapp.tools.templates import Language, Name
from hermes.core.errors import InvalidArgument, NotFound

HeaderParams = Annotated[
    ValueList,
    Meta(description="`takes.header` in order: text, file or place."),
]
BodyParams = Annotated[
    ValueList | ValuesByName, Meta(description="`takes.body`: values in order, or by variable name.")
]
ButtonParams = Annotated[ValueList, Meta(description="`takes.buttons` in order: link endings, codes.")]


class SendTemplate(Params, frozen=True):
    """A template with its values."""

    to: To
    template: Name
    language: Language
    header_params: HeaderParams | None = None
    body_params: BodyParams | None = None
    button_params: ButtonParams | None = None


async def send_template(ctx: ToolContext, params: SendTemplate) -> ToolResult:
    """Send a template after checking it against the approved one."""
    to, graph = recipients.parse(params.to), Graph(ctx)
    template = await _approved(graph, params.template, params.language)
    parts = await components(
        graph,
        template,
        header=params.header_params,
        body=params.body_params,
        buttons=params.button_params,
    )
    message = {"name": template.name, "language": {"code": template.language}}
    accepted = await graph.send(to, "template", message | ({"components": parts} if parts else {}))
    return sent(graph, accepted, "template", text=_filled(template, params.body_params))


async def _approved(graph: Graph, name: str, language: str) -> Definition:
    known = [definition(t) for t in await graph.templates_named(name)]
    found = next((t for t in known if t.language == language), None)
    if found is None:
        raise await _not_there(graph, name, language, known)
    if found.status != "APPROVED":
        raise InvalidArgument(
            f"Template '{name}' ({language}) is {found.status or 'not approved'}; only an APPROVED one can "
            f"be sent.",
            details={"argument": "template", "status": found.status},
        )
    return found


async def _not_there(graph: Graph, name: str, language: str, known: Sequence[Definition]) -> NotFound:
    if known:
        languages = sorted(t.language for t in known)
        return NotFound(
            f"Template '{name}' does not exist in {language}; it exists in {', '.join(languages)}.",
            details={"argument": "language", "languages": languages},
        )
    page, _ = await graph.template_page(None)
    names = sorted({t.name for t in map(definition, page) if t.can_be_sent})
    alike = difflib.get_close_matches(name, names, n=5, cutoff=0.5) or names[:5]
    return NotFound(
        f"There is no template '{name}'; use one of whatsapp_list_templates.",
        details={"argument": "template", "templates": alike},
    )


def _filled(template: Definition, values: list[str] | dict[str, str] | None) -> str:
    """The body as the recipient reads it, for the inbox."""
    given = values if isinstance(values, dict) else dict(zip(template.body_names, values or (), strict=False))
    return PLACEHOLDER.sub(lambda found: given.get(found[1], found[0]), template.body)


TOOLS = (
    Tool(
        name="whatsapp_send_template",
        title="Send WhatsApp template",
        description="Send an approved message template to one person, at any time, also outside the "
        "24-hour window; Meta charges for some. Take template and values from whatsapp_list_templates. "
        "All is checked before anything is sent.",
        params=SendTemplate,
        output=Sent,
        handler=send_template,
        hints=SEND,
        core=True,
        redact=frozenset({"to", "header_params", "body_params", "button_params"}),
        example={"to": "+14155550123", "template": "hello_world", "language": "en_US"},
    ),
)
