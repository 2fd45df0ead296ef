"""A platform on loopback, answering after a fixed time: `python -m tests.load.upstream PORT MS`.

Its answers are those of Meta's Graph API as far as connecting an account and listing templates need them.
"""

import asyncio
import json
import sys
from typing import Any

import uvloop

NUMBER = "106540352242922"
ACCOUNT = "102290129340398"
TEMPLATE = {"id": "1", "name": "order_ready", "language": "en", "status": "APPROVED", "category": "UTILITY"}
ANSWERS = {
    b"phone_numbers": {"data": [{"id": NUMBER}]},
    b"message_templates": {"data": [{**TEMPLATE, "components": [{"type": "BODY", "text": "Ready."}]}]},
    b"": {
        "id": NUMBER,
        "display_phone_number": "+1 555 0100",
        "verified_name": "Bench",
        "quality_rating": "GREEN",
    },
}


def whole(answer: object) -> bytes:
    """An HTTP answer of JSON."""
    body = json.dumps(answer).encode()
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (
        len(body),
        body,
    )


ENCODED = {word: whole(answer) for word, answer in ANSWERS.items()}


class Platform(asyncio.Protocol):
    """One connection; requests come one after the other and without a body."""

    delay_s = 0.0

    def connection_made(self, transport: Any) -> None:
        """Keep the way back."""
        self.transport = transport
        self.buffer = b""

    def data_received(self, data: bytes) -> None:
        """Answer each request that is whole, later."""
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            line = self.buffer[: self.buffer.find(b"\r\n")]
            self.buffer = self.buffer[end + 4 :]
            answer = next(a for word, a in ENCODED.items() if word in line)
            asyncio.get_running_loop().call_later(self.delay_s, self.transport.write, answer)


async def main(port: int, delay_ms: float) -> None:
    """Serve until ended."""
    Platform.delay_s = delay_ms / 1000
    server = await asyncio.get_running_loop().create_server(Platform, "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), float(sys.argv[2])))
