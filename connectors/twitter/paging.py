"""Pages of the size a caller wants, of lists whose pages X makes no smaller than five or ten."""

from typing import Any

import msgspec

from connectors.kit.cursors import pack, unpack
from connectors.twitter.client import Json, items, member


class Place(msgspec.Struct, forbid_unknown_fields=True):
    """A page of X's by its token, and how much of it was handed over."""

    token: str = ""
    skip: int = 0


class Page:
    """What is asked of a list for one page of ours, and the part of the answer that it is.

    Raises InvalidArgument on a cursor that is none of ours.
    """

    def __init__(self, cursor: str | None, limit: int, least: int) -> None:
        self._place = unpack(cursor, Place) if cursor else Place()
        self._skip = min(max(self._place.skip, 0), 99)
        self._limit = limit
        self._asked = min(max(least, limit + self._skip), 100)

    @property
    def params(self) -> dict[str, str]:
        """The parameters of X's request."""
        token = {"pagination_token": self._place.token} if self._place.token else {}
        return {"max_results": str(self._asked), **token}

    def shown(self, told: Json) -> tuple[list[Json], str | None]:
        """The objects of this page and the cursor of the next, None after the last."""
        found = items(told, "data")
        end = self._skip + self._limit
        after: Any = member(told, "meta").get("next_token")
        if len(found) > end:
            return found[self._skip : end], pack(Place(self._place.token, end))
        is_more = isinstance(after, str) and 0 < len(after) <= 300
        return found[self._skip :], pack(Place(after)) if is_more else None
