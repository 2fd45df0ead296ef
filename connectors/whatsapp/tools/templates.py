"""Message templates: find, hand in, delete."""

from typing import Annotated, Any, Literal

from msgspec import Meta

from connectors.kit.context import ToolContext
from connectors.kit.cursors import pack, unpack
from connectors.kit.params import Cursor, Limit
from connectors.kit.schema import dump
from connectors.kit.tool import CREATE, DELETE, READ, Params, Tool, ToolResult
from connectors.whatsapp import limits
from connectors.whatsapp.client import Graph
from connectors.whatsapp.definitions import Definition, definition
from connectors.whatsapp.outputs import DeletedTemplate, NewTemplate, Template, Templates
from connectors.whatsapp.template_rules import TemplateComponent, check
from hermes.core.errors import NotFound

# Meta's pages hold 25 to 100 templates; this many are looked through for one answer.
LIMIT_PAGES = 10

Name = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=limits.TEMPLATE_NAME_CHARS,
        pattern=r"^[a-z0-9_]+$",
        description="Name: a-z, 0-9, _.",
    ),
]
Language = Annotated[
    str,
    Meta(
        min_length=2,
        max_length=10,
        pattern=r"^[a-z]{2,3}(_[A-Za-z]{2,5})?$",
        description="Language code as listed, e.g. en_US.",
    ),
]


class ListTemplates(Params, frozen=True):
    """Which templates."""

    status: (
        Annotated[
            Literal["APPROVED", "PENDING", "REJECTED", "PAUSED", "DISABLED"],
            Meta(description="Only APPROVED ones can be sent."),
        ]
        | None
    ) = None
    language: Language | None = None
    query: (
        Annotated[str, Meta(min_length=1, max_length=100, description="Words in the name or text.")] | None
    ) = None
    limit: Limit = 20
    cursor: Cursor | None = None


async def list_templates(ctx: ToolContext, params: ListTemplates) -> ToolResult:
    """List templates that fit, walking Meta's pages."""
    graph = Graph(ctx)
    after, skip = unpack(params.cursor, tuple[str | None, int]) if params.cursor else (None, 0)
    found: list[Template] = []
    for _ in range(LIMIT_PAGES):
        page, following = await graph.template_page(after)
        for index, template in enumerate(map(definition, page)):
            if index < skip or not _fits(template, params):
                continue
            if len(found) == params.limit:
                return ToolResult(data=Templates(templates=found, next_cursor=pack((after, index))))
            found.append(_shown(template))
        if following is None:
            return ToolResult(data=Templates(templates=found))
        after, skip = following, 0
    return ToolResult(data=Templates(templates=found, next_cursor=pack((after, 0))))


class CreateTemplate(Params, frozen=True):
    """A new template."""

    name: Name
    category: Annotated[
        Literal["MARKETING", "UTILITY", "AUTHENTICATION"],
        Meta(description="UTILITY: about an order or account. MARKETING: all else. AUTHENTICATION: codes."),
    ]
    language: Language
    components: Annotated[
        list[TemplateComponent],
        Meta(
            min_length=1, max_length=4, description="The template's parts in Meta's own form; BODY is a must."
        ),
    ]


async def create_template(ctx: ToolContext, params: CreateTemplate) -> ToolResult:
    """Check a template against Meta's rules and hand it in."""
    is_named = check(params.category, params.components)
    template: dict[str, Any] = {
        "name": params.name,
        "language": params.language,
        "category": params.category,
        "components": [dump(c) for c in params.components],
    }
    if is_named:
        template["parameter_format"] = "NAMED"
    made = await Graph(ctx).create_template(template)
    template_id = str(made.get("id") or "")
    return ToolResult(
        data=NewTemplate(
            id=template_id,
            name=params.name,
            language=params.language,
            status=str(made.get("status") or "PENDING"),
            category=str(made.get("category") or params.category),
        ),
        upstream_id=template_id or None,
    )


class DeleteTemplate(Params, frozen=True):
    """Which template."""

    name: Name
    language: Language | None = None


async def delete_template(ctx: ToolContext, params: DeleteTemplate) -> ToolResult:
    """Delete one language of a template, or all."""
    graph = Graph(ctx)
    if params.language is None:
        await graph.delete_template(params.name, None)
        return ToolResult(data=DeletedTemplate(name=params.name))
    known = [definition(t) for t in await graph.templates_named(params.name)]
    meant = next((t for t in known if t.language == params.language), None)
    if meant is None:
        raise NotFound(
            f"There is no template '{params.name}' in {params.language}; list the templates.",
            details={"languages": sorted(t.language for t in known)},
        )
    await graph.delete_template(params.name, meant.id)
    return ToolResult(data=DeletedTemplate(name=params.name, language=params.language), upstream_id=meant.id)


def _fits(template: Definition, params: ListTemplates) -> bool:
    words = params.query.lower().split() if params.query else []
    text = f"{template.name} {template.header_text} {template.body} {template.footer}".lower()
    return (
        params.status in (None, template.status)
        and params.language in (None, template.language)
        and all(word in text for word in words)
    )


def _shown(template: Definition) -> Template:
    header = {"kind": template.header_kind, "text": template.header_text}
    return Template(
        name=template.name,
        language=template.language,
        status=template.status,
        category=template.category,
        body=template.body,
        takes=template.takes,
        id=template.id,
        header={k: v for k, v in header.items() if v} or None,
        footer=template.footer or None,
        buttons=[dict(b) for b in template.buttons] or None,
        rejected_reason=template.rejected_reason or None,
    )


TOOLS = (
    Tool(
        name="whatsapp_list_templates",
        title="List WhatsApp templates",
        description="List the message templates of the business account with their text and, under `takes`, "
        "the values each wants. Use before whatsapp_send_template.",
        params=ListTemplates,
        output=Templates,
        handler=list_templates,
        hints=READ,
        core=True,
        detailed_only=frozenset({"id", "footer", "buttons", "rejected_reason"}),
        example={"status": "APPROVED"},
    ),
    Tool(
        name="whatsapp_create_template",
        title="Create WhatsApp template",
        description="Hand a new message template in to Meta for review (mostly done within a day). It can be "
        "sent once its status is APPROVED. Lengths, variables, samples and buttons are checked first. "
        "Until then nothing is sent; whatsapp_list_templates tells the status.",
        params=CreateTemplate,
        output=NewTemplate,
        handler=create_template,
        hints=CREATE,
        example={
            "name": "order_ready",
            "category": "UTILITY",
            "language": "en_US",
            "components": [{"type": "BODY", "text": "Your order is ready to be picked up."}],
        },
    ),
    Tool(
        name="whatsapp_delete_template",
        title="Delete WhatsApp template",
        description="Delete a message template for good: one language, or without `language` all of them. "
        "Its name cannot be used again for 30 days. Names are in whatsapp_list_templates.",
        params=DeleteTemplate,
        output=DeletedTemplate,
        handler=delete_template,
        hints=DELETE,
        example={"name": "order_ready", "language": "en_US"},
    ),
)
