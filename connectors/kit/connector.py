"""A connector: everything a platform has, as data."""

import dataclasses
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from connectors.kit.context import ToolContext
from connectors.kit.credentials import Credentials
from connectors.kit.tool import Tool
from connectors.kit.webhook import WebhookSpec


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """An operator's setting the connector reads through `ToolContext.config`.

    `is_base` marks a base address: the operator's word, exempt from the address guard.
    """

    name: str
    default: str
    help: str
    is_base: bool = False


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who a credential belongs to at the platform.

    `external_id` is unique per platform and routes inbound events; `routes` are further ids that do.
    `label` is the default account label a person recognises.
    """

    external_id: str
    label: str
    details: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    routes: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Connector:
    """A platform. Portal cards, forms, REST paths, OpenAPI, docs and tool lists derive from it.

    `verify` proves a credential by the cheapest call and returns its identity; it raises
    NeedsReauth, NotAllowedByPlatform, PlatformRejected or InvalidArgument with a sentence for the person.
    `limits` are the platform's own limits as data. `hosts` are further hosts an answer may
    send a credential to (media hosts); "*.example.com" covers sub-domains.
    """

    slug: str
    name: str
    summary: str
    credentials: type[Credentials]
    tools: tuple[Tool, ...]
    verify: Callable[[ToolContext], Awaitable[Identity]]
    folder: Path
    settings: tuple[Setting, ...] = ()
    limits: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    hosts: tuple[str, ...] = ()
    webhook: WebhookSpec | None = None
    revoke: Callable[[ToolContext], Awaitable[str]] | None = None
