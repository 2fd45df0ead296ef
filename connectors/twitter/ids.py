"""How posts, people and conversations are named in arguments."""

import re
from typing import Annotated

from msgspec import Meta

from connectors.twitter.client import X, is_id, items
from hermes.core.errors import InvalidArgument, NotFound

PostId = Annotated[
    str, Meta(min_length=1, max_length=200, description="Id of the post, or its https://x.com address.")
]
User = Annotated[
    str, Meta(min_length=1, max_length=64, description="A username, with or without @, or a numeric user id.")
]
_ADDRESS = re.compile(
    r"https?://(?:www\.|mobile\.)?(?:x|twitter)\.com/(?:i/(?:web/)?|[A-Za-z0-9_]{1,15}/)status/([0-9]{1,19})(?:[/?#].*)?"
)
_NAME = re.compile(r"@?([A-Za-z0-9_]{1,15})")


def post_id_of(text: str, argument: str = "post_id") -> str:
    """The id of a post that an id or an address names. Raises InvalidArgument naming `argument`."""
    found = _ADDRESS.fullmatch(text.strip())
    post_id = found[1] if found else text.strip()
    if not is_id(post_id):
        raise InvalidArgument(
            f"'{argument}' must be the id of a post (digits) or its address.", details={"argument": argument}
        )
    return post_id


def username_of(text: str, argument: str) -> str:
    """A username without its @. Raises InvalidArgument naming `argument`."""
    found = _NAME.fullmatch(text.strip())
    if found is None:
        raise InvalidArgument(
            f"'{argument}' must be a username of letters, digits and _, at most 15.",
            details={"argument": argument},
        )
    return found[1]


async def user_id_of(api: X, text: str, argument: str = "user") -> str:
    """The id of a person; a name is looked up, which X bills. Raises NotFound."""
    if is_id(text.strip()):
        return text.strip()
    name = username_of(text, argument)
    told = await api.read("users/by", {"usernames": name, "user.fields": "id,username"}, need=LOOKUP_NEED)
    found = next((user["id"] for user in items(told, "data") if is_id(user.get("id"))), None)
    if found is None:
        raise NotFound(f"X knows nobody called @{name}; check the name.")
    return str(found)


LOOKUP_NEED = "looking people up needs the scopes tweet.read and users.read."
