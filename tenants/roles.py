"""Who may do what: one vocabulary of scopes for people (by role) and for keys (by what they were given)."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from hermes.core.errors import InvalidArgument

SCOPES: Mapping[str, str] = MappingProxyType(
    {
        "tools:read": "Run tools that only read, and see connections and stored conversations.",
        "tools:write": "Run tools that send, change or delete.",
        "connections:manage": "Connect, verify, pause and disconnect accounts.",
        "keys:manage": "Issue, rotate and revoke API keys.",
        "members:manage": "Invite people, change their roles and remove them.",
        "billing:read": "See plan and usage.",
        "billing:manage": "Change plan and payment.",
        "audit:read": "Read and export the audit trail.",
        "customer:manage": "Rename, export and erase the customer.",
    }
)
EVERY_SCOPE = frozenset(SCOPES)
DEFAULT_SCOPES = frozenset({"tools:read"})

ROLES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "owner": EVERY_SCOPE,
        "admin": EVERY_SCOPE - {"billing:manage", "customer:manage"},
        "developer": frozenset(
            {"tools:read", "tools:write", "connections:manage", "keys:manage", "billing:read"}
        ),
        "viewer": frozenset({"tools:read", "billing:read"}),
        "auditor": frozenset({"audit:read", "billing:read"}),
    }
)


def parse_scopes(wanted: Iterable[str]) -> frozenset[str]:
    """`wanted` as a set; raises InvalidArgument where one is unknown."""
    scopes = frozenset(wanted)
    if unknown := sorted(scopes - EVERY_SCOPE):
        raise InvalidArgument(
            f"'{unknown[0][:60]}' is not a scope; the scopes are {', '.join(SCOPES)}.",
            details={"argument": "scopes"},
        )
    return scopes
