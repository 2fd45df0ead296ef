"""Which hosts may be sent a credential."""

from collections.abc import Iterable
from urllib.parse import urlsplit


def may_receive(url: str, *, hosts: Iterable[str], base: str) -> bool:
    """Whether a credential may go to `url`: https to one of `hosts`, or the same origin as `base`.

    "*.example.com" stands for every sub-domain of example.com, not for example.com itself.
    """
    try:
        target, own = urlsplit(url), urlsplit(base)
        if (target.scheme, target.hostname, target.port) == (own.scheme, own.hostname, own.port):
            return target.username is None
        is_plain = target.scheme == "https" and target.port in (None, 443) and target.username is None
    except ValueError:
        return False
    host = (target.hostname or "").lower()
    return is_plain and any(_matches(host, pattern) for pattern in hosts)


def _matches(host: str, pattern: str) -> bool:
    if pattern.startswith("*."):
        return host.endswith(pattern[1:]) and len(host) > len(pattern) - 1
    return host == pattern
