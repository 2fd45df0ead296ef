"""Calls of X's API v2."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from connectors.kit.calls import TOTAL_S, Deadline, call
from connectors.kit.context import HttpResponse, Part, ToolContext
from connectors.twitter import fields
from connectors.twitter.credentials import TwitterCredentials
from connectors.twitter.errors import UnknownNames, explain_as
from hermes.core.errors import PlatformRejected

BASE = "TWITTER_API_BASE"
Json = Mapping[str, Any]
_ME, _OLDER = "me", "older names"


@dataclasses.dataclass(frozen=True, slots=True)
class Me:
    """The connected account. A subscriber's posts may be long."""

    id: str
    username: str
    name: str
    is_subscriber: bool


class X:
    """The API as one call of one connection uses it; all its exchanges share one deadline.

    `need` says in words what a request takes, for the person who reads a refusal. Every method raises what
    `connectors.kit.calls.call` and `errors.explain_as` raise.
    """

    def __init__(self, ctx: ToolContext, *, total_s: float = TOTAL_S) -> None:
        credentials = ctx.credentials()
        if not isinstance(credentials, TwitterCredentials):
            raise TypeError("these are not X credentials")
        self.ctx = ctx
        self.deadline = Deadline(total_s)
        self._token = credentials.access_token
        self._base = ctx.config[BASE].rstrip("/")

    async def me(self, *, anew: bool = False) -> Me:
        """The account the token speaks for; asked once by each process unless `anew`, for X bills it."""
        kept = None if anew else self.ctx.memory.get(_ME)
        if kept is not None and kept[0] == self._token:
            me: Me = kept[1]
            return me
        told = member(await self.read("users/me", fields.ME, need="its token needs users.read."), "data")
        if not is_id(told.get("id")):
            raise PlatformRejected("X names no account for this token; connect with a user access token.")
        plan = told.get("subscription_type")
        me = Me(
            told["id"],
            str(told.get("username") or ""),
            str(told.get("name") or ""),
            isinstance(plan, str) and plan not in ("", "None"),
        )
        self.ctx.memory[_ME] = (self._token, me)
        return me

    async def read(self, path: str, params: Mapping[str, str], *, need: str) -> Json:
        """Ask, in the names of before where X does not know the newer ones."""
        is_older = bool(self.ctx.memory.get(_OLDER))
        try:
            return await self._read(path, fields.older(params) if is_older else params, need)
        except UnknownNames:
            if is_older:
                raise
            told = await self._read(path, fields.older(params), need)
            self.ctx.memory[_OLDER] = True
            return told

    async def _read(self, path: str, params: Mapping[str, str], need: str) -> Json:
        response = await call(
            self.ctx,
            "GET",
            f"{self._base}/2/{path}",
            sends=False,
            explain=explain_as(need),
            deadline=self.deadline,
            bearer=self._token,
            params=params,
        )
        return _members(response)

    async def change(
        self,
        method: str,
        path: str,
        *,
        need: str,
        body: Any = None,
        parts: Sequence[Part] | None = None,
        sends: bool = True,
    ) -> Json:
        """Make, change or delete something; without `sends` it may happen twice unseen."""
        response = await call(
            self.ctx,
            method,
            f"{self._base}/2/{path}",
            sends=sends,
            explain=explain_as(need),
            deadline=self.deadline,
            try_s=TOTAL_S,
            bearer=self._token,
            json=body,
            parts=parts,
        )
        return _members(response)


def member(told: Any, name: str) -> Json:
    """An inner object; empty where there is none."""
    inner = told.get(name) if isinstance(told, dict) else None
    return inner if isinstance(inner, dict) else {}


def items(told: Any, name: str) -> list[Json]:
    """The objects of an inner list."""
    inner = told.get(name) if isinstance(told, dict) else None
    return [i for i in inner if isinstance(i, dict)] if isinstance(inner, list) else []


def is_id(value: Any) -> bool:
    """Whether this is an id of X's: 1 to 19 digits, as text."""
    return isinstance(value, str) and 0 < len(value) <= 19 and value.isascii() and value.isdecimal()


def _members(response: HttpResponse) -> Json:
    told = response.json()
    return told if isinstance(told, dict) else {}
