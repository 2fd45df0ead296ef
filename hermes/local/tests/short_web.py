"""The bounded server with a short read deadline and an application that answers with what it got."""

from typing import Any

from hermes.local import web


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    size, more = 0, True
    while more:
        message = await receive()
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(size).encode()})


if __name__ == "__main__":
    web.READ_DEADLINE_S = 1
    web.CONNECTION_LIMIT = 20
    web.main()
