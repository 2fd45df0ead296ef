"""What a platform posts: signed WhatsApp messages, sent side by side and posted again until answered 200."""

import asyncio
import dataclasses
import json
import random
import time
from collections.abc import Sequence

from connectors.kit.meta import sign

APP_SECRET = "load-app-secret"
FIRST_S = 1_795_341_600
AGAIN_AFTER_S = 0.5
ANSWER_WITHIN_S = 15.0


@dataclasses.dataclass(frozen=True, slots=True)
class Account:
    """A connected number."""

    number: str
    business: str


@dataclasses.dataclass(frozen=True, slots=True)
class Post:
    """A request, byte for byte, and the message it is about."""

    message_id: str
    account: Account
    content: bytes


@dataclasses.dataclass(slots=True)
class Result:
    """What came back: seconds to each 200, how often something else, the ids acknowledged and when first."""

    times: list[float] = dataclasses.field(default_factory=list)
    refused: dict[str, int] = dataclasses.field(default_factory=dict)
    acknowledged: dict[str, float] = dataclasses.field(default_factory=dict)
    seconds: float = 0.0


def message(account: Account, message_id: str, at: int, *, doubled: bool = False) -> Post:
    """A text from one of two hundred people; `doubled` are the same words in other bytes."""
    person = f"1650555{at % 200:04}"
    told = {"id": message_id, "from": person, "timestamp": str(FIRST_S + at), "type": "text"}
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550783881", "phone_number_id": account.number},
        "contacts": [{"wa_id": person, "profile": {"name": f"Person {at % 200}"}}],
        "messages": [{**told, "text": {"body": "Is the order ready? " * 8}}],
    }
    change = {"field": "messages", "value": value}
    entry = {"id": account.business, "changes": [change], **({"time": at} if doubled else {})}
    body = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()
    lines = ["POST /webhook/whatsapp HTTP/1.1", "Host: localhost", "Content-Type: application/json"]
    lines += [f"{name}: {value}" for name, value in sign(APP_SECRET, body).items()]
    head = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode()
    return Post(message_id, account, head + body)


def messages(accounts: Sequence[Account], count: int, *, doubled: float, seed: int = 7) -> list[Post]:
    """Messages for all accounts in turn; of a share one comes twice. In random order."""
    dice = random.Random(seed)  # noqa: S311  (an order, no secret)
    posts = []
    for n in range(count):
        account = accounts[n % len(accounts)]
        posts.append(message(account, f"wamid.{seed}.{n}", n))
        if dice.random() < doubled:
            posts.append(message(account, f"wamid.{seed}.{n}", n, doubled=True))
    dice.shuffle(posts)
    return posts


async def send(posts: Sequence[Post], port: int, *, connections: int, rate: float = 0.0) -> Result:
    """Post everything until it is answered 200; `rate` a second at most, 0 for as fast as it goes."""
    result, waiting = Result(), iter(posts)
    began = time.perf_counter()
    sent = 0

    async def client() -> None:
        nonlocal sent
        link: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        for post in waiting:
            sent += 1
            if rate and (early := began + sent / rate - time.perf_counter()) > 0:
                await asyncio.sleep(early)
            while True:
                at = time.perf_counter()
                try:
                    link = link or await asyncio.open_connection("127.0.0.1", port)
                    status = await asyncio.wait_for(exchange(post.content, *link), ANSWER_WITHIN_S)
                except (OSError, EOFError, TimeoutError, ValueError) as error:
                    status = type(error).__name__
                    if link is not None:
                        link[1].close()
                    link = None
                if status == "200":
                    result.times.append(time.perf_counter() - at)
                    result.acknowledged.setdefault(post.message_id, time.time())
                    break
                result.refused[status] = result.refused.get(status, 0) + 1
                await asyncio.sleep(AGAIN_AFTER_S)
        if link is not None:
            link[1].close()

    await asyncio.gather(*(client() for _ in range(connections)))
    result.seconds = time.perf_counter() - began
    return result


async def exchange(content: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str:
    """Send a request and take in the answer; its status."""
    writer.write(content)
    head = await reader.readuntil(b"\r\n\r\n")
    lower = head.lower()
    at = lower.find(b"content-length:")
    if at >= 0:
        await reader.readexactly(int(lower[at + 15 : lower.index(b"\r\n", at)]))
    return head[9:12].decode()
