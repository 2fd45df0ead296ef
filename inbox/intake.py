"""Taking in what a platform posts: verified over its raw bytes, stored, and only then acknowledged."""

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings

from connectors.kit.webhook import WebhookSpec
from connectors.registry import all_connectors
from hermes.core import clock, group_commit, ids, metrics, rows
from hermes.core.errors import NotFound, Unauthenticated
from hermes.core.subkeys import subkey

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
    due_in_s: float


def spec_of(platform: str) -> WebhookSpec:
    """How the platform posts. Raises NotFound where it posts nothing."""
    connector = all_connectors().get(platform)
    if connector is None or connector.webhook is None:
        raise NotFound("No platform posts here. Check the webhook's address.")
    return connector.webhook


def verified(
    platform: str, headers: Mapping[str, str], body: bytes, *, addressee: str = "", due_in_s: float = 0.0
) -> Posted:
    """What was posted, if one of the secrets signed exactly these bytes; header names are lower case.

    With an addressee (public id of a connection) the secret of its sandbox is good too. Raises
    Unauthenticated and NotFound (no such platform).
    """
    spec = spec_of(platform)
    secrets = list(getattr(settings, spec.secret_setting))
    if addressee:
        secrets.append(sandbox_secret(addressee))
    if not spec.verify(secrets, headers, body):
        metrics.count("webhook_refused", "signature")
        raise Unauthenticated("The signature does not fit the body. Check the app secret.")
    return Posted(platform, addressee, addressee or spec.lane(body), body, due_in_s)


async def store(posted: Posted) -> None:
    """Commit a delivery; the same bytes again change nothing. Raises Unavailable: it is then not kept."""
    await group_commit.submit(_insert, posted)


def store_sync(posted: Posted) -> None:
    """As `store`, for synchronous code outside of a transaction."""
    group_commit.submit_sync(_insert, posted)


def sandbox_secret(connection: str) -> str:
    """What the sandbox of a connection (public id) signs with; good for that connection only."""
    return hmac.new(subkey("sandbox-webhook"), connection.encode(), hashlib.sha256).hexdigest()


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
        _digest(post),
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


def _digest(post: Posted) -> str:
    return hashlib.sha256(f"{post.platform}\n{post.addressee}\n".encode() + post.body).hexdigest()
