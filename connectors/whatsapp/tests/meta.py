"""Meta's Graph API as far as the connector uses it: state, refusals in Meta's form, scripted faults."""

import dataclasses
import hashlib
import json
import re
import threading
from collections.abc import Mapping
from typing import Any

from connectors.whatsapp.tests.samples import TEMPLATES

TOKEN, NUMBER, ACCOUNT = "EAAG_token_of_acme", "106540352242922", "102290129340398"
OTHER_ACCOUNT = "555000555000555"
PAGE = 3
FILES = frozenset({"image", "video", "audio", "document", "sticker"})
KINDS = FILES | {"text", "location", "contacts", "reaction", "interactive", "template"}
ROUTES = (
    ("POST", rf"/v26\.0/{NUMBER}/messages", "_message"),
    ("POST", rf"/v26\.0/{NUMBER}/media", "_upload"),
    ("GET", rf"/v26\.0/{NUMBER}", "_number"),
    ("GET", r"/v26\.0/(\d+)/phone_numbers", "_numbers"),
    ("GET", rf"/v26\.0/{ACCOUNT}/message_templates", "_templates"),
    ("POST", rf"/v26\.0/{ACCOUNT}/message_templates", "_create"),
    ("DELETE", rf"/v26\.0/{ACCOUNT}/message_templates", "_delete"),
    ("GET", r"/v26\.0/(\d+)", "_media"),
    ("GET", r"/files/(\d+)", "_file"),
)


@dataclasses.dataclass
class Fault:
    """What happens to the next request that fits: an answer, or a cut before or after it was read."""

    method: str = ""
    path: str = ""
    status: int = 0
    body: Any = None
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    delay_s: float = 0.0


@dataclasses.dataclass
class Seen:
    """A request as it came."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


class Meta:
    """The state behind the server, and what a test scripts."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.faults: list[Fault] = []
        self.templates = [dict(t) for t in TEMPLATES]
        self.media: dict[str, tuple[str, bytes]] = {}
        self.media_url = ""
        self.base = ""
        self.stopped = threading.Event()
        self._lock = threading.Lock()

    def sent(self) -> list[dict[str, Any]]:
        """The bodies of all messages that were asked for."""
        return [s.body for s in self.seen if s.method == "POST" and s.path.endswith("/messages")]

    def shop(self, name: str, mime_type: str, content: bytes) -> str:
        """Put a file at an address that asks for no token, as a shop's own server does."""
        number = str(1000 + len(self.media))
        self.media[number] = (mime_type, content)
        return f"{self.base}/shop/{number}/{name}"

    def next_fault(self, method: str, path: str) -> Fault | None:
        """Take the first scripted fault that fits."""
        with self._lock:
            for fault in self.faults:
                if fault.method in ("", method) and re.search(fault.path, path):
                    self.faults.remove(fault)
                    return fault
        return None

    def answer(self, seen: Seen) -> tuple[int, Any]:
        """The status and body of an ordinary answer."""
        if shared := re.fullmatch(r"/shop/(\d+)/[^/]+", seen.path):
            return 200, self.media[shared[1]]
        if seen.headers.get("authorization") != f"Bearer {TOKEN}":
            return 401, graph_error(190, "Invalid OAuth access token")
        for method, path, name in ROUTES:
            found = re.fullmatch(path, seen.path)
            if found and method == seen.method:
                answered: tuple[int, Any] = getattr(self, name)(seen, *found.groups())
                return answered
        return 400, graph_error(100, "Unsupported request", 33)

    def _message(self, seen: Seen) -> tuple[int, Any]:
        body = seen.body
        if body.get("messaging_product") != "whatsapp":
            return 400, graph_error(100, "messaging_product")
        if body.get("status") == "read":
            return 200, {"success": True}
        address = body.get("to") or body.get("recipient")
        is_right = (
            body.get("type") in KINDS
            and body["type"] in body
            and ("to" in body) != ("recipient" in body)
            and (re.fullmatch(r"[0-9]{7,15}", str(body.get("to"))) or "recipient" in body)
        )
        if not is_right:
            return 400, graph_error(131009, "Parameter value is not valid")
        wamid = "wamid." + hashlib.sha256(json.dumps([body, len(self.seen)]).encode()).hexdigest()[:32]
        contact = {"input": address, **({"wa_id": address} if "to" in body else {"user_id": address})}
        return 200, {"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": wamid}]}

    def _upload(self, seen: Seen) -> tuple[int, Any]:
        file = seen.body.get("file")
        if seen.body.get("messaging_product") != "whatsapp" or not isinstance(file, tuple):
            return 400, graph_error(100, "file")
        media_id = str(4490709327384033 + len(self.media))
        self.media[media_id] = (file[1], file[2])
        return 200, {"id": media_id}

    def _media(self, seen: Seen, media_id: str) -> tuple[int, Any]:
        if media_id not in self.media or seen.query.get("phone_number_id") != NUMBER:
            return 400, graph_error(100, "Unsupported get request", 33)
        kind, content = self.media[media_id]
        return 200, {
            "messaging_product": "whatsapp",
            "id": media_id,
            "url": self.media_url or f"{self.base}/files/{media_id}",
            "mime_type": kind,
            "sha256": hashlib.sha256(content).hexdigest(),
            "file_size": str(len(content)),
        }

    def _file(self, _: Seen, media_id: str) -> tuple[int, Any]:
        return 200, self.media[media_id]

    def _number(self, _: Seen) -> tuple[int, Any]:
        return 200, NUMBER_FACTS

    def _create(self, seen: Seen) -> tuple[int, Any]:
        return 200, {"id": "900", "status": "PENDING", "category": seen.body["category"]}

    def _numbers(self, seen: Seen, account: str) -> tuple[int, Any]:
        if account == OTHER_ACCOUNT:
            return 200, {"data": [{"id": "1"}], "paging": {"cursors": {"after": "x"}}}
        if account != ACCOUNT:
            return 400, graph_error(100, "Unsupported get request", 33)
        if "after" not in seen.query:
            return 200, {"data": [{"id": "1"}], "paging": {"cursors": {"after": "n"}, "next": "https://x"}}
        return 200, {"data": [{"id": NUMBER}], "paging": {"cursors": {"after": "o"}}}

    def _templates(self, seen: Seen) -> tuple[int, Any]:
        query = seen.query
        found = [t for t in self.templates if query.get("name", "") in t["name"]]
        start = int(query.get("after", 0))
        page, rest = found[start : start + PAGE], found[start + PAGE :]
        paging: dict[str, Any] = {"cursors": {"before": "0", "after": str(start + PAGE)}}
        return 200, {"data": page, "paging": paging | ({"next": "https://x"} if rest else {})}

    def _delete(self, seen: Seen) -> tuple[int, Any]:
        name, only = seen.query["name"], seen.query.get("hsm_id")
        kept = [t for t in self.templates if t["name"] != name or only not in (None, t["id"])]
        if len(kept) == len(self.templates):
            return 400, graph_error(100, "no template", 2593002)
        self.templates = kept
        return 200, {"success": True}


NUMBER_FACTS = {
    "id": NUMBER,
    "display_phone_number": "+1 555-078-3881",
    "verified_name": "Acme Flowers",
    "quality_rating": "GREEN",
}


def graph_error(code: int, message: str, subcode: int | None = None) -> dict[str, Any]:
    """Meta's error envelope."""
    error: dict[str, Any] = {"message": f"(#{code}) {message}", "type": "OAuthException", "code": code}
    if subcode is not None:
        error["error_subcode"] = subcode
    return {"error": {**error, "error_data": {"details": "Meta's own words"}, "fbtrace_id": "AbC-123"}}
