"""New mentions and direct messages, found by asking: X pushes only to apps with webhooks.

X bills what it hands over, so a look asks for what is newer than the last found, and for little. Direct
messages have 15 requests in 15 minutes, which the tools need too: they are asked for every three minutes.
What the account may not read is left alone for six hours.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from connectors.kit.context import ToolContext
from connectors.kit.watch import Sight, WatchSpec
from connectors.kit.webhook import InboundMessage
from connectors.twitter import fields
from connectors.twitter.client import Json, X, is_id, items, member
from connectors.twitter.inbound import dm_message, post_message
from connectors.twitter.reading import Included
from connectors.twitter.tools.lookups import READ_NEED
from connectors.twitter.tools.messages import READ_NEED as DM_NEED
from hermes.core import clock
from hermes.core.errors import InvalidArgument, NotAllowedByPlatform, PlatformUnavailable, RateLimited

# An answer may be quicker than the first look.
HISTORY = timedelta(minutes=10)
LEFT_ALONE = timedelta(hours=6)
BETWEEN_DMS = timedelta(minutes=3)
MENTIONS, DMS = 50, 20


class Trail(msgspec.Struct):
    """How far a list was read: newest id handed over, and a page of X's that was not read to its end.

    `found` is the newest id of the pages before that one; `rests_until` is a time, as seconds.
    """

    after: str = ""
    token: str = ""
    found: str = ""
    rests_until: int = 0


class Seen(msgspec.Struct):
    """The cursor: the account's id, when it was first looked at, and both lists."""

    me: str = ""
    since: str = ""
    mentions: Trail = msgspec.field(default_factory=Trail)
    dms: Trail = msgspec.field(default_factory=Trail)


async def look(ctx: ToolContext, cursor: str) -> Sight:
    """What came since the cursor, a page of each list."""
    api, seen = X(ctx), _seen(cursor)
    if not seen.me:
        seen.me = (await api.me()).id
        seen.since = clock.iso((ctx.now() - HISTORY).replace(microsecond=0))
    heard: list[InboundMessage] = []
    asked = 0
    for trail, ask in ((seen.mentions, _mentions), (seen.dms, _dms)):
        if trail.rests_until > ctx.now().timestamp():
            continue
        try:
            heard += await ask(api, seen, trail, ctx.now())
        except NotAllowedByPlatform:
            trail.rests_until = _in(ctx.now(), LEFT_ALONE)
        except (RateLimited, PlatformUnavailable):
            # What the other list told is kept; this one is asked at the next look.
            if not asked:
                raise
            trail.rests_until = _in(ctx.now(), BETWEEN_DMS)
        asked += 1
    heard.sort(key=lambda message: (message.at, int(message.upstream_id)))
    return Sight(
        events=heard,
        cursor=msgspec.json.encode(seen).decode(),
        has_more=bool(seen.mentions.token or seen.dms.token),
    )


async def _mentions(api: X, seen: Seen, trail: Trail, _: datetime) -> list[InboundMessage]:
    begin = {"since_id": trail.after} if trail.after else {"start_time": seen.since}
    params = {"max_results": str(MENTIONS), **begin, **_page(trail), **fields.POSTS}
    told = await api.read(f"users/{seen.me}/mentions", params, need=READ_NEED)
    return _moved(told, trail, lambda raw, included: post_message(raw, included, me=seen.me))


async def _dms(api: X, seen: Seen, trail: Trail, now: datetime) -> list[InboundMessage]:
    asked = {"max_results": str(DMS), "event_types": "MessageCreate", **_page(trail), **fields.MESSAGES}
    told = await api.read("dm_events", asked, need=DM_NEED)
    is_first = not trail.after
    heard = _moved(told, trail, lambda raw, included: dm_message(raw, included, seen.me))
    if is_first:
        # X has no "since" for messages: of the first page only what is recent, and no page before it.
        trail.token, trail.after = "", trail.after or trail.found or "1"
        heard = [message for message in heard if message.at >= clock.parse(seen.since)]
    if not trail.token:
        trail.rests_until = _in(now, BETWEEN_DMS)
    return heard


def _moved(
    told: Json, trail: Trail, read: Callable[[Json, Included], InboundMessage]
) -> list[InboundMessage]:
    """The messages of a page that are new; moves the trail behind them, or to the page before it."""
    included, after = Included(told), int(trail.after or 0)
    raws = [raw for raw in items(told, "data") if is_id(raw.get("id"))]
    new = [raw for raw in raws if int(raw["id"]) > after]
    trail.found = str(max([int(trail.found or 0), after, *(int(raw["id"]) for raw in new)]))
    token = member(told, "meta").get("next_token")
    is_more = isinstance(token, str) and 0 < len(token) <= 1_000 and bool(raws) and len(new) == len(raws)
    trail.token = str(token) if is_more and token != trail.token else ""
    if not trail.token:
        trail.after, trail.found = trail.found if trail.found != "0" else "", ""
    return [message for raw in new if (message := _or_none(read, raw, included)) is not None]


def _or_none(
    read: Callable[[Json, Included], InboundMessage], raw: Json, included: Included
) -> InboundMessage | None:
    try:
        return read(raw, included)
    except (ValueError, InvalidArgument, OverflowError):
        return None


def _page(trail: Trail) -> dict[str, str]:
    return {"pagination_token": trail.token} if trail.token else {}


def _in(now: datetime, time: timedelta) -> int:
    return int((now + time).timestamp())


def _seen(cursor: str) -> Seen:
    try:
        return msgspec.json.decode(cursor, type=Seen) if cursor else Seen()
    except msgspec.DecodeError:
        return Seen()


WATCH = WatchSpec(look=look, interval_s=60.0)
