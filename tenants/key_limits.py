"""What a key may do less than its customer: scopes, tools, addresses, time."""

import dataclasses
import ipaddress
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Self

from hermes.core import clock
from hermes.core.errors import Forbidden, InvalidArgument
from tenants.actors import Actor
from tenants.models import ApiKey
from tenants.roles import DEFAULT_SCOPES, parse_scopes, permissions_of

PROFILES = ("core", "full", "read-only", "research", "search")
LIMIT_TOOLS = 500
LIMIT_ADDRESSES = 50
_TOOL = re.compile(r"[a-z0-9_]{1,64}")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`tools` None means all that the profile shows; `addresses` are CIDR networks, none means any."""

    scopes: Iterable[str] = DEFAULT_SCOPES
    tools: Sequence[str] | None = None
    profile: str = "core"
    addresses: Sequence[str] = ()
    expires_at: datetime | None = None

    def checked(self, by: Actor) -> Self:
        """These limits in their stored form.

        Raises InvalidArgument, and Forbidden where they hold a scope that the actor lacks.
        """
        scopes = parse_scopes(self.scopes)
        if excess := sorted(permissions_of(scopes) - by.permissions):
            raise Forbidden(
                f"A key may not have more than its maker, who lacks {excess[0]}. Leave that scope out."
            )
        if self.profile not in PROFILES:
            raise InvalidArgument(
                f"'profile' is one of {', '.join(PROFILES)}.", details={"argument": "profile"}
            )
        if self.tools is not None and not _are_tools(self.tools):
            raise InvalidArgument("'tools' is a list of tool names.", details={"argument": "tools"})
        if self.expires_at is not None and self.expires_at <= clock.now():
            raise InvalidArgument("'expires_at' must lie ahead.", details={"argument": "expires_at"})
        return dataclasses.replace(self, scopes=scopes, addresses=_networks(self.addresses))


def of_successor(key: ApiKey, now: datetime) -> Limits:
    """The limits of the key that follows `key`: the same, and the same time to live."""
    return Limits(
        scopes=key.scopes,
        tools=key.tools,
        profile=key.profile,
        addresses=key.addresses,
        expires_at=key.expires_at and now + (key.expires_at - key.created_at),
    )


def _are_tools(names: Sequence[str]) -> bool:
    return len(names) <= LIMIT_TOOLS and all(_TOOL.fullmatch(name) for name in names)


def _networks(addresses: Sequence[str]) -> list[str]:
    try:
        if len(addresses) > LIMIT_ADDRESSES:
            raise ValueError
        return [str(ipaddress.ip_network(address, strict=False)) for address in addresses]
    except ValueError:
        raise InvalidArgument(
            f"'addresses' has at most {LIMIT_ADDRESSES} addresses or networks such as 203.0.113.0/24.",
            details={"argument": "addresses"},
        ) from None
