"""URNs: LinkedIn's ids."""

import re
from typing import Annotated
from urllib.parse import quote, unquote

from msgspec import Meta

from hermes.core.errors import InvalidArgument

Post = Annotated[
    str,
    Meta(
        min_length=12,
        max_length=300,
        description="Post: its URN such as urn:li:share:7123… or urn:li:ugcPost:7123…, or its address.",
    ),
]
Author = Annotated[
    str,
    Meta(
        pattern=r"^urn:li:(person|organization):[A-Za-z0-9_-]{1,64}$",
        max_length=100,
        description="URN of the connected member or of a page it runs (linkedin_list_organizations).",
    ),
]
Organization = Annotated[
    str,
    Meta(
        pattern=r"^urn:li:organization:[0-9]{1,20}$",
        max_length=50,
        description="URN of a page, from linkedin_list_organizations.",
    ),
]
_POST = re.compile(r"urn:li:(?:share|ugcPost|groupPost):[0-9]{1,25}")
_THREAD = re.compile(r"urn:li:(?:share|ugcPost|activity):[0-9]{1,25}")
_COMMENT = re.compile(r"urn:li:comment:\(urn:li:(?:share|ugcPost|activity):[0-9]{1,25},[0-9]{1,25}\)")


def post_of(given: str) -> str:
    """The post's URN. Raises InvalidArgument for an activity, whose post LinkedIn does not tell by it."""
    return _found(_POST, given, "post", "urn:li:share:… or urn:li:ugcPost:…, as a post's `id` says")


def thread_of(given: str) -> str:
    """What comments and reactions hang on: a post's URN, or that of its activity."""
    return _found(_THREAD, given, "post", "a post's URN or address")


def comment_of(given: str) -> str:
    """A comment's URN."""
    if not _COMMENT.fullmatch(given):
        raise InvalidArgument(
            "'parent' must be the `urn` of a comment as linkedin_list_comments gives it.",
            details={"argument": "parent"},
        )
    return given


def encoded(urn: str) -> str:
    """A URN inside a path or a Rest.li key: everything but letters, digits and -._~ is escaped."""
    return quote(urn, safe="")


def _found(pattern: re.Pattern[str], given: str, argument: str, form: str) -> str:
    found = pattern.search(unquote(given))
    if found is None:
        raise InvalidArgument(f"'{argument}' must be {form}.", details={"argument": argument})
    return found[0]
