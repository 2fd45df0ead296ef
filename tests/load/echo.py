"""The measure: a bare ASGI application that parses its JSON body and sends it back."""

from typing import Any

import msgspec


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer an HTTP request with its own body."""
    if scope["type"] != "http":
        return
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    answer = msgspec.json.encode(msgspec.json.decode(body))
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})
