"""One way to send a text, whatever the channel: the platform's own tool does it, this one chooses."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NamedTuple

from msgspec import Meta

from connectors.kit.texting import Texting, ToolUse
from connectors.kit.tool import SEND, Output, Params, ToolResult
from connectors.registry import all_connectors
from hermes.core.errors import (
    AmbiguousAccount,
    HermesError,
    InvalidArgument,
    NotConnected,
    NotFound,
    WindowClosed,
)
from hermes.core.ids import is_id
from mcp_gateway.calls import Answer
from mcp_gateway.own_tools.context import Channel, OwnContext, own_tool
from tenants import states

AUTO = "auto"
LOOKED_THROUGH = 20  # messages of a thread, for the one that a text answers


class SendText(Params, frozen=True):
    """To whom, and what."""

    to: Annotated[
        str,
        Meta(
            min_length=2,
            max_length=200,
            description="thread_id (thr_...), or a contact's phone number or id.",
        ),
    ]
    text: Annotated[str, Meta(min_length=1, max_length=10_000, description="The message.")]
    channel: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=80,
            description="auto: where the contact can be answered now; or a platform, label or id.",
        ),
    ] = AUTO
    template: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=512,
                description="If the window is closed: approved template to carry the text, or auto.",
            ),
        ]
        | None
    ) = None


class Sent(Output, frozen=True, kw_only=True):
    """What was sent, and how."""

    platform: str
    account: str
    contact: str
    tool: Annotated[str, Meta(description="The platform's tool that sent it.")]
    call: Annotated[dict[str, Any], Meta(description="call_id and units of that tool's call.")]
    result: Annotated[
        dict[str, Any], Meta(description="What that tool answered, such as message_id, status.")
    ]
    thread_id: str | None = None
    template: str | None = None


class _Way(NamedTuple):
    """Where a text goes."""

    channel: Channel
    contact: str
    thread_id: str | None = None
    answering: Mapping[str, Any] | None = None

    @property
    def texting(self) -> Texting:
        """How the channel's platform takes texts."""
        return _texting(self.channel)


async def send(ctx: OwnContext, params: SendText) -> ToolResult:
    """Send a text where the contact can be reached."""
    way = await _way(ctx, params)
    use, is_answer = _use(way, params.text)
    try:
        answer = await ctx.call(use, way.channel.connection)
    except NotFound:
        if not is_answer:
            raise
        # What it answers is gone at the platform (a mail that was moved): the text goes all the same.
        use = way.texting.send(way.contact, params.text)
        answer = await ctx.call(use, way.channel.connection)
    except WindowClosed as closed:
        use = _in_template(way, params, closed)
        answer = await ctx.call(use, way.channel.connection)
    return ToolResult(data=_told(way, use, answer), upstream_id=answer.meta.get("upstream_id"))


def _told(way: _Way, use: ToolUse, answer: Answer) -> Sent:
    return Sent(
        platform=way.channel.platform,
        account=way.channel.account,
        contact=way.contact,
        tool=use.tool,
        call={name: answer.meta[name] for name in ("call_id", "units")},
        result=dict(answer.data),
        thread_id=way.thread_id,
        template=use.arguments.get("template"),
    )


def _use(way: _Way, text: str) -> tuple[ToolUse, bool]:
    """The tool for a text, and whether it answers a message."""
    if way.answering is not None and way.texting.answer is not None:
        use = way.texting.answer(way.answering, text)
        if use is not None:
            return use, True
    return way.texting.send(way.contact, text), False


async def _way(ctx: OwnContext, params: SendText) -> _Way:
    channels = _usable(ctx, params.channel)
    to = params.to.strip()
    if is_id(to, "thr"):
        told = await ctx.whole_inbox.thread(to, limit=LOOKED_THROUGH)
        way = _way_of(told["thread"], channels)
        if way is None:
            raise _not_by(params.channel)
        return way._replace(answering=next((m for m in told["messages"] if m["direction"] == "in"), None))
    known = [way for thread in await ctx.whole_inbox.held_with(to) if (way := _way_of(thread, channels))]
    if known:
        return known[0]
    reaching = [c for c in channels if _texting(c).reaches(to)]
    if not reaching:
        raise InvalidArgument(
            "'to' is no thread, no contact of the inbox and no address of a connected channel; find the "
            "contact with hermes_search_contacts.",
            details={"argument": "to"},
        )
    if len(reaching) > 1:
        raise AmbiguousAccount(
            "Several accounts could send this first message; say which by 'channel'.",
            details={"accounts": [c.account for c in reaching], "argument": "channel"},
        )
    return _Way(reaching[0], to)


def _usable(ctx: OwnContext, wanted: str) -> list[Channel]:
    """The channels that take texts, those of the name the caller gave. Raises NotFound and NotConnected."""
    named = [c for c in ctx.channels if wanted == AUTO or c.is_called(wanted)]
    if not named and wanted != AUTO:
        ctx.channel(wanted)
    usable = [c for c in named if c.status in states.LIVE and all_connectors()[c.platform].texting]
    if not usable:
        raise NotConnected("No connected channel can send texts; see hermes_list_connections.")
    return usable


def _way_of(thread: Mapping[str, Any], channels: Sequence[Channel]) -> _Way | None:
    channel = next((c for c in channels if c.connection == thread["connection"]), None)
    return _Way(channel, thread["contact"], thread["id"]) if channel else None


def _texting(channel: Channel) -> Texting:
    texting = all_connectors()[channel.platform].texting
    if texting is None:
        raise NotConnected(f"{channel.platform} takes no texts.")
    return texting


def _in_template(way: _Way, params: SendText, closed: WindowClosed) -> ToolUse:
    """The same text inside a template the caller agreed to. Raises WindowClosed that names the fitting."""
    carry = way.texting.by_template
    told: Sequence[Mapping[str, Any]] = closed.details.get("templates") or ()
    fitting = {t["name"]: use for t in told if carry and (use := carry(way.contact, params.text, t))}
    chosen = next(iter(fitting), None) if params.template == AUTO else params.template
    if chosen in fitting:
        return fitting[chosen]
    message = closed.message
    if fitting:
        message += f" Or repeat hermes_send with template set to {' or '.join(fitting)}: it takes the text."
    raise WindowClosed(message, details={**closed.details, "carry_the_text": list(fitting)})


def _not_by(channel: str) -> HermesError:
    if channel == AUTO:
        return NotConnected("The account of this conversation cannot send now; see hermes_list_connections.")
    return InvalidArgument(
        "This conversation is held on another channel; leave 'channel' out.", details={"argument": "channel"}
    )


TOOLS = (
    own_tool(
        name="hermes_send",
        title="Send a message",
        description="Send a text on any channel, now: to a thread (best) or a contact, by the account "
        "where the contact can be answered. Where WhatsApp's 24-hour window is closed nothing is sent "
        "unless template is given; the error names those that fit. For files and buttons use the "
        "platform's own tools. Find whom with hermes_inbox.",
        params=SendText,
        output=Sent,
        handler=send,
        hints=SEND,
        core=True,
        units=0,
        redact=frozenset({"to", "text"}),
        example={"to": "+14155550123", "text": "Your order is on its way."},
    ),
)
