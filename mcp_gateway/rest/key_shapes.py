"""Keys over REST."""

from typing import Annotated

import msgspec
from msgspec import Meta

from hermes.core import clock
from mcp_gateway.rest.shapes import Given, KeyMode, Moment, Time, Told, iso
from tenants.models import ApiKey


class NewKey(Given, frozen=True):
    """A key to make. It may not have more scopes than the key that makes it."""

    name: str
    mode: Annotated[KeyMode, Meta(description="By default that of the key in use.")] | None = None
    scopes: list[str] = msgspec.field(default_factory=lambda: ["tools:read"])
    tools: Annotated[list[str], Meta(description="Only these tools.")] | None = None
    profile: Annotated[
        str,
        Meta(
            description="core, full, read-only, research (reads; search and fetch for ChatGPT) or "
            "search (tools are found, not listed)."
        ),
    ] = "core"
    addresses: Annotated[list[str], Meta(description="Networks it may be used from; none: any.")] = []
    expires_at: Moment | None = None


class Rotation(Given, frozen=True):
    """How long the old key works on."""

    overlap_s: Annotated[int, Meta(ge=0, le=604_800, description="Seconds.")] = 86_400


class KeyInfo(Told, frozen=True):
    """A key without its text."""

    id: str
    name: str
    mode: KeyMode
    hint: Annotated[str, Meta(description="Beginning and end of its text.")]
    scopes: list[str]
    tools: list[str] | None
    profile: str
    addresses: list[str]
    created_at: Time
    expires_at: Time | None
    last_used_at: Time | None
    revoked_at: Time | None
    replaced_by: Annotated[str, Meta(description="Id of its successor.")] | None


class KeyAnswer(Told, frozen=True):
    """One key."""

    key: KeyInfo


class IssuedKey(Told, frozen=True):
    """A new key; `secret` is its text, which is shown this once."""

    key: KeyInfo
    secret: str


class KeyPage(Told, frozen=True):
    """Keys, newest first."""

    keys: list[KeyInfo]
    next_cursor: str | None


def key_info(row: ApiKey) -> KeyInfo:
    """A key as clients see it."""
    mode: KeyMode = "live" if row.mode == ApiKey.Mode.LIVE else "test"
    return KeyInfo(
        id=row.public_id,
        name=row.name,
        mode=mode,
        hint=f"hms_{mode}_{row.lookup}…{row.last_four}",
        scopes=row.scopes,
        tools=row.tools,
        profile=row.profile,
        addresses=row.addresses,
        created_at=clock.iso(row.created_at),
        expires_at=iso(row.expires_at),
        last_used_at=iso(row.last_used_at),
        revoked_at=iso(row.revoked_at),
        replaced_by=row.replaced_by.public_id if row.replaced_by else None,
    )
