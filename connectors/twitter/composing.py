"""What every post has: its text, measured, and what is attached to it."""

from typing import Annotated, Any

from msgspec import Meta

from connectors.kit.tool import Output
from connectors.twitter import limits, outputs
from connectors.twitter.client import Json, X, is_id, member
from connectors.twitter.reading import address_of
from connectors.twitter.uploads import File
from connectors.twitter.weights import weight
from hermes.core.errors import InvalidArgument, OutcomeUnknown, TooLarge

NEED = (
    "posting needs the scopes tweet.write, tweet.read and users.read and an app that may write; quoting, and "
    "replying to people who did not mention the account, are for enterprise plans."
)

Text = Annotated[
    str,
    Meta(
        max_length=limits.LONG_POST_WEIGHT,
        description="The text: 280 weighted characters (CJK and emoji 2, a link 23; subscribers more). "
        "An @name notifies that person.",
    ),
]
Files = Annotated[
    list[File],
    Meta(min_length=1, max_length=limits.IMAGES, description="1-4 images, or one GIF, or one video."),
]


class Poll(Output, frozen=True, kw_only=True):
    """A poll."""

    options: Annotated[
        list[Annotated[str, Meta(min_length=1, max_length=limits.POLL_OPTION_CHARS)]],
        Meta(min_length=2, max_length=limits.POLL_OPTIONS, description="The answers, 2 to 4."),
    ]
    minutes: Annotated[
        int, Meta(ge=5, le=limits.POLL_MINUTES, description="How long it runs, 5 to 10080.")
    ] = 1440


async def measured(api: X, text: str, argument: str = "text") -> int:
    """The weight of a text that fits the account. Raises TooLarge naming `argument` and by how much."""
    found = weight(text)
    limit = limits.POST_WEIGHT
    if found > limit and (await api.me()).is_subscriber:
        limit = limits.LONG_POST_WEIGHT
    if found > limit:
        raise TooLarge(
            f"The text weighs {found:,} characters and X takes {limit:,}; shorten it by {found - limit:,} or "
            "post a thread with twitter_post_thread.",
            details={"argument": argument, "weight": found, "limit": limit},
        )
    return found


def only_one(argument: str, **given: Any) -> None:
    """Raise InvalidArgument where more than one of these was given."""
    named = [name for name, value in given.items() if value is not None]
    if len(named) > 1:
        raise InvalidArgument(
            f"A post has one of {', '.join(given)}; leave out {named[-1]}.",
            details={"argument": f"{argument}{named[-1]}"},
        )


def poll_body(poll: Poll) -> dict[str, Any]:
    """A poll as X takes it."""
    return {"options": list(poll.options), "duration_minutes": poll.minutes}


async def post(api: X, body: Json, weighed: int) -> outputs.Posted:
    """Post, once. Raises OutcomeUnknown where the answer names no post."""
    data = member(await api.change("POST", "tweets", body=body, need=NEED), "data")
    if not is_id(data.get("id")):
        raise OutcomeUnknown("X took this but named no post; look for it before you repeat it.")
    return outputs.Posted(id=data["id"], url=address_of(data["id"]), weight=weighed)
