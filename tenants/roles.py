"""Who may do what.

An act needs a permission. A key or token has scopes, few and plain, each granting permissions; a person
has a role, which is a set of permissions.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from hermes.core.errors import InvalidArgument

SCOPES: Mapping[str, str] = MappingProxyType(
    {
        "tools:read": "Run tools that only read, and see connections and usage.",
        "tools:write": "Run tools that send, change or delete.",
        "inbox:read": "Read stored conversations.",
        "manage": "Manage connections, keys, webhooks, members, plan and audit trail.",
    }
)
EVERY_SCOPE = frozenset(SCOPES)
DEFAULT_SCOPES = frozenset({"tools:read"})

# Profiles of a key by which nothing can be called that changes anything.
READ_ONLY_PROFILES = frozenset({"read-only", "research"})

_MANAGING = frozenset(
    {
        "connections:manage",
        "keys:manage",
        "webhooks:manage",
        "members:manage",
        "billing:manage",
        "audit:read",
        "customer:manage",
    }
)
_GRANTS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "tools:read": frozenset({"tools:read", "billing:read"}),
        "tools:write": frozenset({"tools:write"}),
        "inbox:read": frozenset({"inbox:read"}),
        "manage": _MANAGING | {"billing:read"},
    }
)
EVERY_PERMISSION: frozenset[str] = frozenset().union(*_GRANTS.values())

ROLES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "owner": EVERY_PERMISSION,
        "admin": EVERY_PERMISSION - {"billing:manage", "customer:manage"},
        "developer": frozenset(
            {
                *("tools:read", "tools:write", "inbox:read", "billing:read"),
                *("connections:manage", "keys:manage", "webhooks:manage"),
            }
        ),
        "viewer": frozenset({"tools:read", "inbox:read", "billing:read"}),
        "auditor": frozenset({"audit:read", "billing:read"}),
    }
)


def permissions_of(scopes: Iterable[str]) -> frozenset[str]:
    """What a credential with these scopes may do; an unknown scope grants nothing."""
    return frozenset().union(*(_GRANTS.get(scope, frozenset()) for scope in scopes))


def scopes_of(role: str) -> frozenset[str]:
    """The scopes that one with this role can hand on: those that grant nothing beyond the role."""
    return frozenset(scope for scope, granted in _GRANTS.items() if granted <= ROLES[role])


def scope_for(permission: str) -> str:
    """The first scope that grants a permission."""
    return next(scope for scope, granted in _GRANTS.items() if permission in granted)


def parse_scopes(wanted: Iterable[str]) -> frozenset[str]:
    """`wanted` as a set; raises InvalidArgument where one is unknown."""
    scopes = frozenset(wanted)
    if unknown := sorted(scopes - EVERY_SCOPE):
        raise InvalidArgument(
            f"'{unknown[0][:60]}' is not a scope; the scopes are {', '.join(SCOPES)}.",
            details={"argument": "scopes"},
        )
    return scopes
