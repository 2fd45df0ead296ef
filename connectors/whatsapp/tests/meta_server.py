"""The socket in front of a `Meta`."""

import contextlib
import email
import email.policy
import json
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from connectors.whatsapp.tests.meta import Meta, Seen


class Server(ThreadingHTTPServer):
    """The socket in front of a `Meta`."""

    daemon_threads = True

    def __init__(self, meta: Meta) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.meta = meta
        meta.base = f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""

    def _serve(self) -> None:
        meta, url = self.server.meta, urlsplit(self.path)
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {k.lower(): v for k, v in self.headers.items()}
        seen = Seen(self.command, url.path, dict(parse_qsl(url.query)), headers, _read(headers, raw))
        meta.seen.append(seen)
        fault = meta.next_fault(seen.method, seen.path)
        if fault is None:
            self._send(*meta.answer(seen), {})
            return
        meta.stopped.wait(fault.delay_s)
        if fault.status:
            self._send(fault.status, fault.body, fault.headers)
        else:
            self.close_connection = True

    do_GET = do_POST = do_DELETE = _serve  # noqa: N815  (the base class's names)

    def _send(self, status: int, body: Any, headers: Mapping[str, str]) -> None:
        kind, content = body if isinstance(body, tuple) else ("application/json", json.dumps(body).encode())
        self.send_response(status)
        for name, value in {"content-type": kind, "content-length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        with contextlib.suppress(ConnectionError):  # who asked may have had enough
            self.wfile.write(content)


def _read(headers: Mapping[str, str], raw: bytes) -> Any:
    content_type = headers.get("content-type", "")
    if content_type.startswith("application/json"):
        return json.loads(raw)
    if not content_type.startswith("multipart/form-data"):
        return None
    head = f"content-type: {content_type}\r\n\r\n".encode()
    parts: dict[str, Any] = {}
    whole: Any = email.message_from_bytes(head + raw, policy=email.policy.HTTP)
    for part in whole.iter_parts():
        content = part.get_payload(decode=True)
        name, filename = part.get_param("name", header="content-disposition"), part.get_filename()
        parts[name] = (filename, part.get_content_type(), content) if filename else content.decode()
    return parts
