"""New messages, found by asking: Discord tells them only over a socket that stays open.

Watched are the channels named in the credentials and those of the newest conversations in the inbox, so that
whoever the bot wrote to can answer. A channel that cannot be read is left alone for six hours: refusals count
towards the ban of the address.
"""

from datetime import datetime, timedelta

import msgspec

from connectors.discord import reading
from connectors.discord.client import Discord, Json, items, member
from connectors.discord.credentials import DiscordCredentials
from connectors.discord.limits import PAGE, WATCHED_CHANNELS
from connectors.discord.outputs import Message
from connectors.discord.snowflakes import at, is_id
from connectors.kit.context import ToolContext
from connectors.kit.watch import Sight, WatchSpec
from connectors.kit.webhook import InboundMessage
from hermes.core.errors import (
    NotAllowedByPlatform,
    NotFound,
    PlatformUnavailable,
    RateLimited,
)

# A channel is watched from shortly before the first look: an answer may be quicker than that.
HISTORY = timedelta(minutes=10)
LEFT_ALONE = timedelta(hours=6)


class Place(msgspec.Struct):
    """A watched channel: the newest message seen, the name people know it by, and until which id it rests."""

    after: str
    name: str = ""
    rests_until: int = 0


class Seen(msgspec.Struct):
    """The cursor: the bot's own user id, and the channels."""

    bot: str = ""
    places: dict[str, Place] = {}


async def look(ctx: ToolContext, cursor: str) -> Sight:
    """The messages of all watched channels that came since the cursor, at most 100 of each."""
    discord, seen = Discord(ctx), _seen(cursor)
    if not seen.bot:
        seen.bot = str((await discord.one("users/@me")).get("id") or "")
    watched = await _watched(ctx)
    seen.places = {channel: seen.places.get(channel) or Place(_begin(ctx.now())) for channel in watched}
    heard: list[InboundMessage] = []
    has_more = False
    for channel, place in seen.places.items():
        if place.rests_until > int(at(ctx.now())):
            continue
        try:
            found = await _news(discord, channel, place)
        except (NotFound, NotAllowedByPlatform):
            place.rests_until = int(at(ctx.now() + LEFT_ALONE))
            continue
        except (RateLimited, PlatformUnavailable):
            # What was found in other channels is kept; this one is asked at the next look.
            if heard:
                break
            raise
        heard += [_message(raw, channel, place, seen.bot) for raw in found]
        has_more |= len(found) == PAGE
    return Sight(events=heard, cursor=msgspec.json.encode(seen).decode(), has_more=has_more)


def _seen(cursor: str) -> Seen:
    try:
        return msgspec.json.decode(cursor, type=Seen) if cursor else Seen()
    except msgspec.DecodeError:
        return Seen()


def _begin(now: datetime) -> str:
    return at(now - HISTORY)


async def _watched(ctx: ToolContext) -> list[str]:
    credentials = ctx.credentials()
    if not isinstance(credentials, DiscordCredentials):
        raise TypeError("these are not Discord credentials")
    newest = await ctx.inbox.conversations(
        unread=None, window_open=None, since=None, limit=WATCHED_CHANNELS, cursor=None
    )
    talked = [c["contact"] for c in newest["conversations"] if is_id(c.get("contact"))]
    return list(dict.fromkeys([*credentials.watched[:WATCHED_CHANNELS], *talked]))


async def _news(discord: Discord, channel: str, place: Place) -> list[Json]:
    """The next messages, oldest first; moves the place behind them."""
    if not place.name:
        place.name = _name(await discord.one(f"channels/{channel}"))
    asked = {"after": place.after, "limit": str(PAGE)}
    raws = await discord.many(f"channels/{channel}/messages", asked)
    found = sorted((raw for raw in raws if is_id(raw.get("id"))), key=lambda raw: int(raw["id"]))
    if found:
        place.after = max(place.after, str(found[-1]["id"]), key=int)
    return found


def _name(channel: Json) -> str:
    people = [reading.person(p)["name"] for p in items(channel, "recipients")]
    name = str(channel.get("name") or "")[: reading.NAME_CHARS]
    return ", ".join(people)[: reading.NAME_CHARS] or (f"#{name}" if name else "channel")


def _message(raw: Json, channel: str, place: Place, bot: str) -> InboundMessage:
    author = member(raw, "author")
    told = reading.message(raw)
    files = [reading.attachment(a) for a in items(raw, "attachments")]
    extra = {
        "author": told.author,
        "content_withheld": told.content_withheld is True,
        "files": files[1:],
        "embeds": told.embeds or [],
    }
    return InboundMessage(
        route=(),
        upstream_id=told.message_id,
        contact=channel,
        contact_name=place.name,
        at=reading.moment(raw),
        kind=_kind(told, files),
        text=str(raw.get("content") or "")[: reading.TEXT_CHARS],
        reply_to=told.reply_to or "",
        media=files[0] if files else None,
        direction="out" if author.get("id") == bot and bot else "in",
        extra={name: value for name, value in extra.items() if value},
    )


def _kind(told: Message, files: list[dict[str, object]]) -> str:
    if told.kind == "notice":
        return "system"
    if not files:
        return "text"
    family = str(files[0].get("mime_type", "")).partition("/")[0]
    return family if family in ("image", "video", "audio") else "document"


WATCH = WatchSpec(look=look, interval_s=15.0)
