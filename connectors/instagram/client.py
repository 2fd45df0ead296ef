"""Calls of the Graph API of Instagram Login (graph.instagram.com)."""

import re
from collections.abc import Mapping
from typing import Any

from connectors.instagram.credentials import InstagramCredentials
from connectors.instagram.errors import explain_as
from connectors.kit.calls import Deadline, call
from connectors.kit.context import HttpResponse, ToolContext
from connectors.kit.meta import GRAPH_VERSION, page, text_of
from hermes.core.errors import OutcomeUnknown, PlatformUnavailable

BASE = "INSTAGRAM_API_BASE"
# The account of the token: every edge of the account takes it for its id.
ME = "me"
BASIC = "instagram_business_basic"
PUBLISH = "instagram_business_content_publish"
COMMENTS = "instagram_business_manage_comments"
MESSAGES = "instagram_business_manage_messages"
INSIGHTS = "instagram_business_manage_insights"
PREPARE_S = 20.0
_ID = re.compile(r"[0-9]{1,30}")

Page = tuple[list[Mapping[str, Any]], str | None]


class Instagram:
    """The API as one call of one connection uses it; all its exchanges share one deadline.

    `need` is the permission a request takes. Every method raises what `connectors.kit.calls.call` and
    `errors.explain_as` raise.
    """

    def __init__(self, ctx: ToolContext) -> None:
        credentials = ctx.credentials()
        if not isinstance(credentials, InstagramCredentials):
            raise TypeError("these are not Instagram credentials")
        self.ctx = ctx
        self.deadline = Deadline()
        self._token = credentials.access_token
        self._root = f"{ctx.config[BASE].rstrip('/')}/{ctx.config[GRAPH_VERSION.name]}"

    async def get(
        self, path: str, params: Mapping[str, str] | None = None, *, need: str = BASIC
    ) -> Mapping[str, Any]:
        """Read a node or an edge."""
        response = await self._call("GET", path, need, sends=False, params=params)
        told = response.json()
        if not isinstance(told, dict):
            raise PlatformUnavailable("Instagram's answer cannot be read; try again in a minute.")
        return told

    async def listed(
        self, path: str, params: Mapping[str, str], *, limit: int, after: str | None, need: str = BASIC
    ) -> Page:
        """A page of an edge, and the cursor of the next."""
        position = {"limit": str(limit)} | ({"after": after} if after else {})
        return page(await self.get(path, {**params, **position}, need=need))

    async def prepare(self, path: str, body: Mapping[str, Any], *, need: str) -> str:
        """Make something nobody sees until it is published; its id. A lost answer is tried again."""
        # Instagram may load the media before it answers.
        response = await self._call("POST", path, need, sends=False, try_s=PREPARE_S, json=body)
        made = id_in(response.json())
        if not made:
            raise PlatformUnavailable("Instagram took this but named no id; try again in a minute.")
        return made

    async def post(self, path: str, body: Mapping[str, Any], *, need: str) -> Mapping[str, Any]:
        """Change something, once."""
        told = (await self._call("POST", path, need, sends=True, json=body)).json()
        if not isinstance(told, dict):
            raise OutcomeUnknown(
                "Instagram's answer cannot be read; look up what was done before you repeat it."
            )
        return told

    async def create(self, path: str, body: Mapping[str, Any], *, need: str) -> str:
        """Make something everybody sees; its id. Raises OutcomeUnknown where the answer names none."""
        made = id_in(await self.post(path, body, need=need))
        if not made:
            raise OutcomeUnknown("Instagram took this but named no id; look it up before you repeat it.")
        return made

    async def delete(self, path: str, *, need: str) -> None:
        """Delete a node, or end an edge."""
        await self._call("DELETE", path, need, sends=True)

    async def _call(self, method: str, path: str, need: str, *, sends: bool, **more: Any) -> HttpResponse:
        return await call(
            self.ctx,
            method,
            f"{self._root}/{path}",
            sends=sends,
            explain=explain_as(need),
            deadline=self.deadline,
            bearer=self._token,
            **more,
        )


def id_in(told: Any) -> str:
    """The id an answer names, empty where it names none that could be one."""
    found = text_of(told.get("id")) if isinstance(told, dict) else ""
    return found if _ID.fullmatch(found) else ""
