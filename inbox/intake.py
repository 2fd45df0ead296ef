"""Taking in what a platform posts: verified over its raw bytes, stored, and only then acknowledged."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings

from connectors.kit.webhook import WebhookSpec
from connectors.registry import all_connectors
from hermes.core import clock, group_commit, ids, metrics, rows
from hermes.core.errors import NotFound, Unauthenticated
from hermes.core.threads import blocking
from inbox import payments
from tenants import webhooks

_TABLE = "inbox_webhookdelivery"
# MariaDB and MySQL refuse statements beyond max_allowed_packet, 16 MiB by default; quoting may double a body.
_LARGEST_STATEMENT = 4 << 20
_COLUMNS = ("public_id", "platform", "addressee", "lane", "digest", "body", "received_at", "next_try_at")
_SAME_FOR_ALL = {"state": "'received'", "tries": "0", "reason": "''", "awaits": "''"}


class Posted(NamedTuple):
    """A verified delivery that is not stored yet."""

    platform: str
    addressee: str
    lane: str
    body: bytes
    digest: str
    due_in_s: float


def spec_of(platform: str) -> WebhookSpec:
    """How the platform, or Stripe, posts. Raises NotFound where it posts nothing."""
    if platform == payments.SENDER:
        return payments.SPEC
    connector = all_connectors().get(platform)
    if connector is None or connector.webhook is None:
        raise NotFound("No platform posts here. Check the webhook's address.")
    return connector.webhook


async def keys_of_connection(platform: str, addressee: str) -> Sequence[str]:
    """The keys that hold at the door of this connection (public id); none where it is not the platform's."""
    if not addressee:
        return ()
    made = spec_of(platform).key_for(webhooks.secret_of(addressee))
    if spec_of(platform).key_of is None:
        return (made,)
    known = webhooks.kept_key(platform, addressee)
    return (made, known if known is not None else await blocking(webhooks.read_key, platform, addressee))


def verified(
    platform: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    keys: Sequence[str],
    addressee: str = "",
    due_in_s: float = 0.0,
) -> Posted:
    """What was posted, if one of the secrets signed exactly these bytes; header names are lower case.

    The secrets are those of the platform's setting, if it has one, and `keys`. Raises Unauthenticated and
    NotFound (no such platform); Stripe's raises MalformedBody.
    """
    spec = spec_of(platform)
    of_app = getattr(settings, spec.secret_setting) if spec.secret_setting else ()
    if not spec.verify([key for key in (*of_app, *keys) if key], headers, body):
        metrics.count("webhook_refused", "signature")
        raise Unauthenticated("The signature does not fit the body. Check the webhook's secret.")
    digest = hashlib.sha256(f"{platform}\n{addressee}\n".encode())
    digest.update(spec.identity(body))
    return Posted(platform, addressee, addressee or spec.lane(body), body, digest.hexdigest(), due_in_s)


async def store(posted: Posted) -> None:
    """Commit a delivery; the same again changes nothing. Raises Unavailable: it is then not kept."""
    await group_commit.submit(_insert, posted)


def store_sync(posted: Posted) -> None:
    """As `store`, for synchronous code outside of a transaction."""
    group_commit.submit_sync(_insert, posted)


def _insert(cursor: Any, posts: list[Posted]) -> list[Exception | None]:
    now = clock.now()
    for some in _portions(posts):
        told = [_row(post, now) for post in some]
        rows.insert(cursor, _TABLE, _COLUMNS, told, same_for_all=_SAME_FOR_ALL, keep_existing=True)
    return [None] * len(posts)


def _row(post: Posted, now: datetime) -> tuple[Any, ...]:
    return (
        ids.new("whd"),
        post.platform,
        post.addressee,
        post.lane[:64],
        post.digest,
        post.body,
        rows.moment(now),
        rows.moment(now + timedelta(seconds=post.due_in_s)),
    )


def _portions(posts: list[Posted]) -> Iterator[list[Posted]]:
    """Parts of at most `_LARGEST_STATEMENT` bytes, or of one post."""
    part, size = list[Posted](), 0
    for post in posts:
        if part and size + len(post.body) > _LARGEST_STATEMENT:
            yield part
            part, size = [], 0
        part.append(post)
        size += len(post.body)
    yield part
