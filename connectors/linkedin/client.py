"""Calls of LinkedIn's versioned REST API, in Rest.li's manner."""

from collections.abc import Mapping
from typing import Any

from connectors.kit.calls import TOTAL_S, Deadline, call
from connectors.kit.context import HttpResponse, ToolContext
from connectors.linkedin.credentials import LinkedInCredentials
from connectors.linkedin.errors import explain_as
from connectors.linkedin.urns import encoded
from hermes.core.errors import OutcomeUnknown

BASE = "LINKEDIN_API_BASE"
VERSION = "LINKEDIN_VERSION"
# Where LinkedIn has files put; the token goes to these and to the API itself, nowhere else.
UPLOAD_HOSTS = ("www.linkedin.com", "api.linkedin.com")
ID_HEADER = "x-restli-id"
ANY = "check its permissions and its role on the page."


class LinkedIn:
    """The API as one call of one connection uses it; all its exchanges share one deadline.

    `need` says in words what a request takes, for the person who reads a refusal. Every method raises what
    `connectors.kit.calls.call` and `errors.explain_as` raise.
    """

    def __init__(self, ctx: ToolContext, *, total_s: float = TOTAL_S) -> None:
        credentials = ctx.credentials()
        if not isinstance(credentials, LinkedInCredentials):
            raise TypeError("these are not LinkedIn credentials")
        self.ctx = ctx
        self.deadline = Deadline(total_s)
        self._token = credentials.access_token
        self._base = ctx.config[BASE].rstrip("/")
        self._versioned = {
            "LinkedIn-Version": ctx.config[VERSION],
            "X-Restli-Protocol-Version": "2.0.0",
        }

    async def member(self) -> Mapping[str, Any]:
        """The connected member as OpenID Connect tells it: sub, name, email, picture, locale."""
        response = await call(
            self.ctx,
            "GET",
            f"{self._base}/v2/userinfo",
            sends=False,
            explain=explain_as("its app needs the products and permissions openid and profile."),
            deadline=self.deadline,
            bearer=self._token,
        )
        return _members(response)

    async def member_urn(self) -> str:
        """The URN of the connected member."""
        return f"urn:li:person:{(await self.member()).get('sub')}"

    async def get(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        need: str = ANY,
        method: str | None = None,
        raw: str = "",
    ) -> Mapping[str, Any]:
        """Read `path`. `method` is Rest.li's (FINDER, BATCH_GET), `raw` a query in Rest.li's syntax."""
        headers = {**self._versioned, **({"X-RestLi-Method": method} if method else {})}
        response = await call(
            self.ctx,
            "GET",
            f"{self._base}/rest/{path}{'?' + raw if raw else ''}",
            sends=False,
            explain=explain_as(need),
            deadline=self.deadline,
            headers=headers,
            bearer=self._token,
            params=params,
        )
        return _members(response)

    async def post(
        self, path: str, body: Any, *, need: str = ANY, method: str | None = None, sends: bool = True
    ) -> HttpResponse:
        """Create or change something; without `sends` it may happen twice unseen."""
        headers = {**self._versioned, **({"X-RestLi-Method": method} if method else {})}
        return await call(
            self.ctx,
            "POST",
            f"{self._base}/rest/{path}",
            sends=sends,
            explain=explain_as(need),
            deadline=self.deadline,
            headers=headers,
            bearer=self._token,
            json=body,
        )

    async def create(self, path: str, body: Any, *, need: str = ANY) -> str:
        """Create something and return its id. Raises OutcomeUnknown where the answer names none."""
        response = await self.post(path, body, need=need)
        made = response.headers.get(ID_HEADER, "")
        if not made:
            raise OutcomeUnknown("LinkedIn took this but named no id; look it up before you repeat it.")
        return made

    async def delete(self, path: str, *, need: str = ANY) -> None:
        """Delete something; what is gone already counts as deleted at LinkedIn."""
        await call(
            self.ctx,
            "DELETE",
            f"{self._base}/rest/{path}",
            sends=True,
            explain=explain_as(need),
            deadline=self.deadline,
            headers={**self._versioned, "X-RestLi-Method": "DELETE"},
            bearer=self._token,
        )

    async def put_file(self, url: str, content: bytes) -> str:
        """Put bytes at an address LinkedIn named for them; the ETag of what it stored.

        A file that no post uses is seen by nobody, so a lost answer is tried again.
        """
        response = await call(
            self.ctx,
            "PUT",
            url,
            sends=False,
            explain=explain_as("it refused the file."),
            deadline=self.deadline,
            try_s=self.deadline.left_s(),
            headers={"Content-Type": "application/octet-stream"},
            bearer=self._token,
            content=content,
        )
        return response.headers.get("etag", "").strip('"')


def path_of(kind: str, urn: str) -> str:
    """`posts/urn%3Ali%3Ashare%3A1` and the like."""
    return f"{kind}/{encoded(urn)}"


def _members(response: HttpResponse) -> Mapping[str, Any]:
    told = response.json()
    return told if isinstance(told, dict) else {}
