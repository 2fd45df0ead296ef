"""What there is at the beginning: two servers, their channels, threads, people and roles."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from connectors.sandbox.discord.rest import snowflake
from hermes.core import clock

Json = dict[str, Any]
TEXT, DIRECT, VOICE, CATEGORY, ANNOUNCEMENT, THREAD, FORUM = 0, 1, 2, 4, 5, 11, 15
# What the tools' examples name is there.
IDS = {
    "server": "1096172334001844111",
    "second": "1096172334001844112",
    "category": "1096172334001844289",
    "general": "1096172334001844290",
    "support": "1096172334001844291",
    "announcements": "1096172334001844292",
    "ideas": "1096172334001844293",
    "voice": "1096172334001844294",
    "first message": "1096172334001844295",
    "lobby": "1096172334001844299",
    "moderators": "1096172334001844301",
    "integration": "1096172334001844302",
    "plans": "1096172334001844401",
    "party": "1096172334001844402",
    "archive": "1096172334001844403",
    "ana": "1096172334001844777",
    "ben": "1096172334001844778",
    "cleo": "1096172334001844779",
}
PEOPLE = {"ana": "Ana Sand", "ben": "Ben Box", "cleo": "Cleo Castle"}
_CHANNELS = (
    ("category", "server", CATEGORY, "Text channels", ""),
    ("general", "server", TEXT, "general", "Everything else"),
    ("support", "server", TEXT, "support", "Questions of customers"),
    ("announcements", "server", ANNOUNCEMENT, "announcements", "News"),
    ("ideas", "server", FORUM, "ideas", "One post for each idea"),
    ("voice", "server", VOICE, "Lounge", ""),
    ("lobby", "second", TEXT, "lobby", ""),
)
_FIRST_WORDS = (
    ("ana", "general", "Morning! Is the shop open on Sunday?"),
    ("ben", "general", "Until noon, as always. When is the next release?"),
    ("cleo", "support", "My order 1042 has not arrived yet."),
)
_THREADS = (("plans", "Plans", False), ("party", "Summer party", False), ("archive", "Old plans", True))


def made(bot: str, now: datetime) -> Json:
    """The world of a new bot: servers, channels (threads and direct ones too), people, and who is who."""
    people = {IDS[name]: user(IDS[name], name, shown) for name, shown in PEOPLE.items()}
    people[bot] = user(bot, "sandbot", None) | {"bot": True}
    channels = {IDS[row[0]]: _channel(place, row) for place, row in enumerate(_CHANNELS)}
    for name, title, archived in _THREADS:
        place = {"parent": IDS["general"], "server": IDS["server"], "owner": bot}
        channels[IDS[name]] = thread(IDS[name], title, now=now, archived=archived, **place)
    return {
        "bot": bot,
        "servers": {
            IDS["server"]: _server(IDS["server"], "Sandbox", 4),
            IDS["second"]: _server(IDS["second"], "Second server", 1),
        },
        "channels": channels,
        "people": people,
        "count": 0,
    }


def first_words(bot: str, now: datetime) -> list[tuple[str, str, Json, datetime]]:
    """Author, channel, message and time of what was said before: long ago by the bot, yesterday by people."""
    yesterday = now - timedelta(days=1)
    first = {"content": "Release 1.4 is out.", "id": IDS["first message"]}
    return [
        (bot, IDS["general"], first, now - timedelta(days=900)),
        *(
            (IDS[author], IDS[channel], {"content": text}, yesterday + timedelta(minutes=place))
            for place, (author, channel, text) in enumerate(_FIRST_WORDS)
        ),
    ]


def user(user_id: str, name: str, shown: str | None) -> Json:
    """A user object."""
    return {
        "id": user_id,
        "username": name,
        "global_name": shown,
        "discriminator": "0",
        "avatar": None,
        "public_flags": 0,
        "flags": 0,
    }


def roles(server: str) -> list[Json]:
    """The roles of a server."""
    if server != IDS["server"]:
        return [_role(server, "@everyone", 0, 0)]
    return [
        _role(server, "@everyone", 0, 0),
        _role(IDS["moderators"], "Moderators", 2, 8, mentionable=True),
        _role(IDS["integration"], "sandbot", 1, 0, managed=True),
    ]


def member(world: Mapping[str, Any], server: str, user_id: str) -> Json | None:
    """A member of a server, None where that user is none. In the second server there is only the bot."""
    bot, person = world["bot"], world["people"].get(user_id)
    if person is None or (server != IDS["server"] and user_id != bot):
        return None
    held = {IDS["ana"]: IDS["moderators"], bot: IDS["integration"]}.get(user_id)
    return {
        "user": person,
        "nick": None,
        "roles": [held] if held else [],
        "joined_at": "2026-01-01T09:00:00.000000+00:00",
        "communication_disabled_until": None,
        "premium_since": None,
        "avatar": None,
        "banner": None,
        "pending": False,
        "deaf": False,
        "mute": False,
        "flags": 0,
    }


def thread(
    thread_id: str, name: str, *, parent: str, server: str, owner: str, now: datetime, archived: bool = False
) -> Json:
    """A public thread."""
    return {
        "id": thread_id,
        "type": THREAD,
        "name": name,
        "guild_id": server,
        "parent_id": parent,
        "owner_id": owner,
        "last_message_id": None,
        "message_count": 0,
        "member_count": 1,
        "total_message_sent": 0,
        "flags": 0,
        "thread_metadata": {
            "archived": archived,
            "auto_archive_duration": 1440,
            "archive_timestamp": clock.iso(now),
            "create_timestamp": clock.iso(now),
            "locked": False,
        },
    }


def direct(channel: str, person: Json) -> Json:
    """A direct channel with a person."""
    return {"id": channel, "type": DIRECT, "flags": 0, "last_message_id": None, "recipients": [person]}


def next_id(world: Json, now: datetime) -> str:
    """A new id; ids of one millisecond count on."""
    world["count"] += 1
    return str(snowflake(now) + world["count"] % 4_000)


def _server(server_id: str, name: str, members: int) -> Json:
    return {
        "id": server_id,
        "name": name,
        "icon": None,
        "banner": None,
        "owner": False,
        "permissions": "2248473465835073",
        "features": [],
        "approximate_member_count": members,
        "approximate_presence_count": 1,
    }


def _channel(place: int, row: tuple[str, str, int, str, str]) -> Json:
    name, server, kind, title, topic = row
    is_inside = server == "server" and kind != CATEGORY
    return {
        "id": IDS[name],
        "type": kind,
        "guild_id": IDS[server],
        "name": title,
        "topic": topic or None,
        "position": place,
        "parent_id": IDS["category"] if is_inside else None,
        "last_message_id": None,
        "flags": 0,
        "nsfw": False,
        "permission_overwrites": [],
    }


def _role(
    role_id: str, name: str, place: int, permissions: int, *, mentionable: bool = False, managed: bool = False
) -> Json:
    return {
        "id": role_id,
        "name": name,
        "position": place,
        "permissions": str(permissions),
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": managed,
        "mentionable": mentionable,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }
