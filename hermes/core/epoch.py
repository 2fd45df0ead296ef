"""A customer's epoch: a value in Redis that changes with every revocation, plan, key or credential change.

The rate-limit script returns it on every call, so a cached entry of another epoch is read anew before a
tool runs. It is the generation of this Redis data set and the customer's last change: emptying Redis
changes every epoch.
"""

import secrets

import redis
import structlog

from hermes.core.errors import Unavailable
from hermes.core.redis import hot, name, sync_client

GENERATION = name("generation")
KEPT_S = 86_400
log = structlog.get_logger(__name__)


def key(customer: str) -> str:
    """Where the customer's last change stands."""
    return name("epoch", customer)


def raise_epoch(customer: str) -> None:
    """Make every process read this customer anew. Call it once the change is committed (`on_commit`).

    With Redis down it does nothing: processes then keep what they know for at most the TTL of their cache.
    """
    try:
        sync_client().set(key(customer), secrets.token_hex(8), ex=KEPT_S)
    except redis.RedisError as error:
        log.warning("epoch_not_raised", customer=customer, error=type(error).__name__)


async def current(customer: str) -> str | None:
    """The epoch as a tool call would be told it; None when Redis is down."""
    redis = hot()
    try:
        made = redis.execute("SET", GENERATION, secrets.token_hex(8), "NX")
        generation, changed = await redis.execute("MGET", GENERATION, key(customer))
        await made
    except Unavailable:
        return None
    return f"{generation.decode()}:{(changed or b'').decode()}"
