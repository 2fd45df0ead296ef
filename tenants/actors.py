"""Who does an act of management, by what way and from where; what it may do stands in `tenants.roles`."""

import dataclasses

from audit import records
from hermes.core.errors import Forbidden, InsufficientScope
from tenants.models import Connection, Membership
from tenants.principals import Principal
from tenants.roles import EVERY_PERMISSION, READ_ONLY_PROFILES, ROLES, permissions_of, scope_for


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """One who acts on a customer. `mode` is the key's; None may act in both modes."""

    name: str
    surface: str
    permissions: frozenset[str]
    mode: str | None = None
    address: str = ""

    def require(self, permission: str) -> None:
        """Raise InsufficientScope, naming the scope that grants it, unless the actor has the permission."""
        if permission not in self.permissions:
            scope = scope_for(permission)
            raise InsufficientScope(
                f"This needs the scope {scope} on a key without limits, or a role that has {permission}.",
                details={"scope": scope},
            )

    def require_mode(self, mode: str) -> None:
        """Raise Forbidden where a test key reaches for live things or a live key for the sandbox."""
        if self.mode is not None and self.mode != mode:
            raise Forbidden(
                "A test key works in the sandbox only, and a live key outside of it only. Use the other key."
            )

    def record(
        self,
        customer_id: int,
        action: str,
        detail: str = "",
        *,
        outcome: str = "ok",
        connection: Connection | None = None,
    ) -> None:
        """Write the act to the customer's audit trail, in the transaction that does it."""
        records.record(
            customer_id=customer_id,
            action=action,
            actor=self.name,
            surface=self.surface,
            detail=detail,
            outcome=outcome,
            address=self.address,
            mode=connection.mode if connection else self.mode or "",
            platform=connection.platform if connection else "",
            connection=connection.public_id if connection else "",
        )


SYSTEM = Actor(name="system", surface="system", permissions=EVERY_PERMISSION)


def of_command(command: str) -> Actor:
    """The operator at the command line."""
    return Actor(name=f"command:{command}", surface="command", permissions=EVERY_PERMISSION)


def of_staff(user_id: int, *, address: str = "") -> Actor:
    """One of the operator's staff, at /admin/."""
    return Actor(name=f"staff:{user_id}", surface="admin", permissions=EVERY_PERMISSION, address=address)


def of_key(principal: Principal, *, surface: str, address: str = "") -> Actor:
    """A key that calls a management path.

    One with limits may not make keys or webhooks: these would not have its limits.
    """
    permissions = permissions_of(principal.scopes)
    is_read_only = principal.profile in READ_ONLY_PROFILES
    is_limited = principal.tools is not None or is_read_only or bool(principal.addresses)
    return Actor(
        name=f"{principal.kind}:{principal.credential_id}",
        surface=surface,
        permissions=permissions - {"keys:manage", "webhooks:manage"} if is_limited else permissions,
        mode=principal.mode,
        address=address,
    )


def of_member(membership: Membership, *, surface: str, address: str = "") -> Actor:
    """A person in the portal."""
    return Actor(
        name=f"user:{membership.user_id}",
        surface=surface,
        permissions=ROLES[membership.role],
        address=address,
    )
