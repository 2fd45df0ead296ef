"""A message as Discord takes it: text, embeds, files, whom it may notify, and the mark of the call."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from connectors.discord.client import Discord
from connectors.discord.limits import (
    CONTENT_CHARS,
    EMBED_FIELD_NAME_CHARS,
    EMBED_FIELD_VALUE_CHARS,
    EMBED_FIELDS,
    EMBED_FOOTER_CHARS,
    EMBED_TEXT_CHARS,
    EMBED_TITLE_CHARS,
    EMBEDS,
    EMBEDS_CHARS,
    FILES,
    NONCE_CHARS,
    REQUEST_BYTES,
)
from connectors.kit.context import Part
from connectors.kit.files import fetch
from connectors.kit.tool import Params
from hermes.core.errors import InvalidArgument, TooLarge
from hermes.core.http_types import ResponseTooLarge

Address = Annotated[
    str, Meta(min_length=8, max_length=2048, pattern="^https?://", description="https address.")
]
Content = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=CONTENT_CHARS,
        description="Text, up to 2,000 characters, Discord's Markdown. Write a mention as <@user_id>, "
        "<@&role_id> "
        "or <#channel_id>.",
    ),
]
Mentions = Annotated[
    list[Annotated[Literal["users", "roles", "everyone"], Meta(description="Who.")]],
    Meta(
        max_length=3,
        description="Which mentions in the text notify people; none unless named, so @everyone is only text.",
    ),
]


class EmbedField(Params, frozen=True):
    """A row of an embed."""

    name: Annotated[str, Meta(min_length=1, max_length=EMBED_FIELD_NAME_CHARS, description="Heading.")]
    value: Annotated[str, Meta(min_length=1, max_length=EMBED_FIELD_VALUE_CHARS, description="Text.")]
    inline: Annotated[bool, Meta(description="Side by side with its neighbours.")] = False


class Embed(Params, frozen=True):
    """A framed card below the text."""

    title: Annotated[str, Meta(max_length=EMBED_TITLE_CHARS, description="Heading.")] | None = None
    description: Annotated[str, Meta(max_length=EMBED_TEXT_CHARS, description="Text, Markdown.")] | None = (
        None
    )
    url: Address | None = None
    color: Annotated[int, Meta(ge=0, le=0xFFFFFF, description="Edge, 0xRRGGBB as number.")] | None = None
    fields: Annotated[list[EmbedField], Meta(max_length=EMBED_FIELDS, description="Rows.")] | None = None
    image: Annotated[str, Meta(max_length=2048, pattern="^https?://", description="Picture.")] | None = None
    footer: Annotated[str, Meta(max_length=EMBED_FOOTER_CHARS, description="Small print.")] | None = None


Embeds = Annotated[
    list[Embed],
    Meta(
        max_length=EMBEDS,
        description="Up to 10 framed cards.",
    ),
]
Files = Annotated[
    list[Address],
    Meta(max_length=FILES, description="https addresses of up to 10 files to attach, together up to 25 MB."),
]


def embeds_of(embeds: Sequence[Embed] | None) -> list[dict[str, Any]]:
    """The embeds as Discord takes them.

    Raises InvalidArgument for an empty one, TooLarge beyond 6,000 characters in all.
    """
    made = [_embed(embed) for embed in embeds or ()]
    if any(not embed.keys() - {"color", "url"} for embed in made):
        raise InvalidArgument(
            "An embed needs a title, description, fields, image or footer.", details={"argument": "embeds"}
        )
    if sum(_chars(embed) for embed in made) > EMBEDS_CHARS:
        raise TooLarge("The embeds may have 6,000 characters in all; shorten them or send several messages.")
    return made


def allowed(mentions: Sequence[str] | None) -> dict[str, Any]:
    """Whom a message may notify: nobody unless named."""
    named = sorted(set(mentions or ()))
    return {"parse": named, "replied_user": "users" in named}


def body_of(
    discord: Discord,
    content: str | None,
    *,
    embeds: Sequence[Embed] | None = None,
    reply_to: str | None = None,
    mentions: Sequence[str] | None = None,
) -> dict[str, Any]:
    """A new message. Its nonce comes from the call, so that Discord sends the same call's message once."""
    body: dict[str, Any] = {
        "allowed_mentions": allowed(mentions),
        "nonce": discord.ctx.call_token[:NONCE_CHARS],
        "enforce_nonce": True,
    }
    if content:
        body["content"] = content
    if made := embeds_of(embeds):
        body["embeds"] = made
    if reply_to:
        body["message_reference"] = {"message_id": reply_to, "fail_if_not_exists": True}
    return body


async def parts_of(discord: Discord, body: dict[str, Any], files: Sequence[str]) -> list[Part]:
    """The form that sends a message with files, which are fetched first.

    Raises InvalidArgument where one cannot be had, TooLarge beyond 25 MB in all.
    """
    found, left = [], REQUEST_BYTES
    for place, url in enumerate(files):
        try:
            file = await fetch(
                discord.ctx, url, argument=f"files[{place}]", limit_bytes=left, deadline=discord.deadline
            )
        except ResponseTooLarge:
            raise TooLarge("The files may have 25 MB in all; send fewer or smaller ones.") from None
        left -= len(file.content)
        found.append(file)
    names = [file.filename or f"file{place}" for place, file in enumerate(found)]
    attachments = [{"id": str(place), "filename": name} for place, name in enumerate(names)]
    payload = msgspec.json.encode({**body, "attachments": attachments})
    return [
        Part(name="payload_json", content=payload, content_type="application/json"),
        *(
            Part(name=f"files[{place}]", content=file.content, filename=name, content_type=file.mime_type)
            for place, (file, name) in enumerate(zip(found, names, strict=True))
        ),
    ]


def _embed(embed: Embed) -> dict[str, Any]:
    made: dict[str, Any] = {
        "title": embed.title,
        "description": embed.description,
        "url": embed.url,
        "color": embed.color,
        "fields": [{"name": f.name, "value": f.value, "inline": f.inline} for f in embed.fields or ()],
        "image": {"url": embed.image} if embed.image else None,
        "footer": {"text": embed.footer} if embed.footer else None,
    }
    return {name: value for name, value in made.items() if value not in (None, "", [])}


def _chars(embed: dict[str, Any]) -> int:
    texts = [embed.get("title", ""), embed.get("description", ""), embed.get("footer", {}).get("text", "")]
    texts += [text for field in embed.get("fields", ()) for text in (field["name"], field["value"])]
    return sum(len(text) for text in texts)
