"""A process of its own at work on the journal.

`reserve` opens many calls at once, `hold` opens one and stays, `serve` opens one for each line it is told.
"""

import asyncio
import os
import signal
import sys

import django

PERIOD = "2031-06"


def main(job: str, customer_id: int, count: int, quota: int) -> None:
    """Run `job`; prints how many calls were granted, or for each how it went."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hermes.settings.test")
    django.setup()
    from audit.log import Opening
    from billing.quota import Want
    from hermes.core import clock, ids
    from hermes.core.errors import HermesError
    from mcp_gateway import journal
    from mcp_gateway.idempotency import Keyed

    async def granted(keyed: Keyed | None = None) -> str:
        call_id = ids.new("call")
        opening = Opening(
            call_id=call_id,
            customer_id=customer_id,
            at=clock.now(),
            actor="key:x",
            surface="mcp",
            tool="probe_send",
            mode="live",
            units=1,
        )
        try:
            await journal.open_call(opening, Want(customer_id, "live", PERIOD, quota, 1), keyed)
        except HermesError as error:
            return f"{type(error).__name__} {error.retry_after_s} {call_id}"
        return f"granted {call_id}"

    async def reserve() -> int:
        answers = await asyncio.gather(*(granted() for _ in range(count)))
        return sum(answer.startswith("granted") for answer in answers)

    def tell(words: object) -> None:
        print(words, flush=True)

    match job:
        case "reserve":
            tell("ready")
            sys.stdin.readline()
            tell(asyncio.run(reserve()))
        case "hold":
            tell(asyncio.run(granted(Keyed(customer_id, "held", "same"))))
            signal.pause()
        case "serve":
            for _ in sys.stdin:
                tell(asyncio.run(granted()))


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
