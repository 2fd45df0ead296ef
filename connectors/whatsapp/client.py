"""Calls of Meta's Graph API (Cloud API), one method each."""

import dataclasses
import re
from collections.abc import AsyncIterator, Mapping
from typing import Any

from connectors.kit.calls import TOTAL_S, Deadline, call
from connectors.kit.context import HttpResponse, Part, ToolContext
from connectors.kit.hosts import may_receive
from connectors.kit.meta import GRAPH_VERSION, page as page_of
from connectors.whatsapp.credentials import WhatsAppCredentials
from connectors.whatsapp.errors import explain
from connectors.whatsapp.recipients import Recipient
from hermes.core.errors import InvalidArgument, OutcomeUnknown, PlatformRejected, PlatformUnavailable

BASE = "WHATSAPP_API_BASE"
# Where Meta keeps media; the token goes to these and to the API itself, nowhere else.
MEDIA_HOSTS = ("lookaside.fbsbx.com", "*.fbsbx.com", "*.fbcdn.net", "*.whatsapp.net")
MEDIA_ID = re.compile(r"[0-9]{5,30}")
LIMIT_PAGES = 20


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A message Meta took. `contact` is the person's id as inbound messages will carry it."""

    message_id: str
    contact: str
    status: str


class Graph:
    """The Graph API as one call of one connection uses it; all its exchanges share one deadline.

    Every method raises what `connectors.kit.calls.call` and `errors.explain` raise.
    """

    def __init__(self, ctx: ToolContext) -> None:
        credentials = ctx.credentials()
        if not isinstance(credentials, WhatsAppCredentials):
            raise TypeError("these are not WhatsApp credentials")
        self.ctx = ctx
        self.deadline = Deadline()
        self._credentials = credentials
        self._base = ctx.config[BASE].rstrip("/")
        self._root = f"{self._base}/{ctx.config[GRAPH_VERSION.name]}"

    async def number(self) -> Mapping[str, Any]:
        """The connected number: id, display_phone_number, verified_name, quality_rating."""
        fields = "id,display_phone_number,verified_name,quality_rating"
        return await self._get(self._credentials.phone_number_id, {"fields": fields})

    async def owns_number(self) -> bool:
        """Whether the business account lists the connected number."""
        params = {"fields": "id", "limit": "100"}
        async for page in self._pages(f"{self._credentials.waba_id}/phone_numbers", params):
            if any(str(n.get("id")) == self._credentials.phone_number_id for n in page):
                return True
        return False

    async def send(
        self, to: Recipient, kind: str, content: Mapping[str, Any], *, reply_to: str | None = None
    ) -> Accepted:
        """Send one message; `content` is the member named as the kind.

        Raises OutcomeUnknown also where the answer names no message.
        """
        message = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            **to.address,
            "type": kind,
            kind: content,
            "biz_opaque_callback_data": self.ctx.call_token,
        }
        if reply_to:
            message["context"] = {"message_id": reply_to}
        answer = await self._post(f"{self._credentials.phone_number_id}/messages", message)
        sent, contact = _first(answer, "messages"), _first(answer, "contacts")
        if not sent.get("id"):
            raise OutcomeUnknown(
                "WhatsApp took the message but named no id; look it up before you repeat it."
            )
        return Accepted(
            message_id=str(sent["id"]),
            contact=str(contact.get("wa_id") or to.contact),
            status=str(sent.get("message_status") or "accepted"),
        )

    async def mark_read(self, message_id: str, *, typing: bool) -> None:
        """Show the blue ticks up to this message and, with `typing`, the typing signal for up to 25 s."""
        receipt: dict[str, Any] = {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": message_id,
        }
        if typing:
            receipt["typing_indicator"] = {"type": "text"}
        await self._post(f"{self._credentials.phone_number_id}/messages", receipt)

    async def upload(self, content: bytes, mime_type: str, filename: str) -> str:
        """Put a file at Meta for 30 days and return its media id.

        A file nobody sends is seen by nobody, so a lost answer is tried again.
        """
        response = await self._call(
            "POST",
            f"{self._root}/{self._credentials.phone_number_id}/media",
            sends=False,
            try_s=TOTAL_S,
            parts=[
                Part(name="messaging_product", content="whatsapp"),
                Part(name="file", content=content, filename=filename, content_type=mime_type),
            ],
        )
        media_id = _readable(response).get("id")
        if not media_id:
            raise PlatformUnavailable("WhatsApp took the file but named no media id; try again in a minute.")
        return str(media_id)

    async def media(self, media_id: str) -> Mapping[str, Any]:
        """A media file's url (valid 5 minutes), mime_type, sha256 and file_size.

        Raises InvalidArgument for what is no media id.
        """
        if not MEDIA_ID.fullmatch(media_id):
            raise InvalidArgument("A media id has digits only; take it from the message.")
        return await self._get(media_id, {"phone_number_id": self._credentials.phone_number_id})

    async def download(self, url: str, limit_bytes: int) -> bytes:
        """The bytes of a media url, fetched with the token from Meta's hosts only.

        Raises PlatformRejected for any other host, TooLarge beyond `limit_bytes`.
        """
        if not may_receive(url, hosts=MEDIA_HOSTS, base=self._base):
            raise PlatformRejected(
                "The media is not kept at one of Meta's own addresses, so it was not fetched."
            )
        response = await self._call("GET", url, sends=False, try_s=TOTAL_S, limit_bytes=limit_bytes)
        return response.body

    async def templates_named(self, name: str) -> list[Mapping[str, Any]]:
        """Every language of the template with exactly this name."""
        path = f"{self._credentials.waba_id}/message_templates"
        return [t async for page in self._pages(path, {"name": name}) for t in page if t.get("name") == name]

    async def template_page(self, after: str | None) -> tuple[list[Mapping[str, Any]], str | None]:
        """One page of templates and the cursor of the next, None on the last.

        The first page is asked plainly: Meta's published description of this edge knows no page size.
        """
        params = {"limit": "100", "after": after} if after else {}
        return page_of(await self._get(f"{self._credentials.waba_id}/message_templates", params))

    async def create_template(self, template: Mapping[str, Any]) -> Mapping[str, Any]:
        """Hand a template in for review: id, status, category."""
        return await self._post(f"{self._credentials.waba_id}/message_templates", template)

    async def delete_template(self, name: str, template_id: str | None) -> None:
        """Delete one language of a template by its id, or all languages of the name."""
        params = {"name": name} | ({"hsm_id": template_id} if template_id else {})
        url = f"{self._root}/{self._credentials.waba_id}/message_templates"
        await self._call("DELETE", url, sends=True, params=params)

    async def _pages(self, path: str, params: Mapping[str, str]) -> AsyncIterator[list[Mapping[str, Any]]]:
        after: str | None = None
        for _ in range(LIMIT_PAGES):
            page, after = page_of(await self._get(path, {**params, "after": after} if after else params))
            yield page
            if not after:
                return

    async def _get(self, path: str, params: Mapping[str, str]) -> Mapping[str, Any]:
        return _readable(await self._call("GET", f"{self._root}/{path}", sends=False, params=params))

    async def _post(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        answer = (await self._call("POST", f"{self._root}/{path}", sends=True, json=body)).json()
        if not isinstance(answer, dict):
            raise OutcomeUnknown(
                "WhatsApp's answer cannot be read; look up what was done before you repeat it."
            )
        return answer

    async def _call(self, method: str, url: str, *, sends: bool, **more: Any) -> HttpResponse:
        return await call(
            self.ctx,
            method,
            url,
            sends=sends,
            explain=explain,
            deadline=self.deadline,
            bearer=self._credentials.access_token,
            **more,
        )


def _readable(response: HttpResponse) -> Mapping[str, Any]:
    answer = response.json()
    if not isinstance(answer, dict):
        raise PlatformUnavailable("WhatsApp's answer cannot be read; try again in a minute.")
    return answer


def _first(answer: Mapping[str, Any], member: str) -> Mapping[str, Any]:
    items = answer.get(member)
    first = items[0] if isinstance(items, list) and items else None
    return first if isinstance(first, dict) else {}
