"""A connector: everything a platform has, as data."""

import dataclasses
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from connectors.kit.context import HttpResponse, ToolContext
from connectors.kit.credentials import Credentials
from connectors.kit.documents import Documents
from connectors.kit.oauth import OAuthSpec
from connectors.kit.statuses import silence_s
from connectors.kit.texting import Texting
from connectors.kit.tool import Tool
from connectors.kit.vaults import VaultSpec
from connectors.kit.watch import WatchSpec
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
    `label` is the default account label a person recognises. Where it is not `claimed`, other customers may
    have an account of the same id: it is one of each customer's own.
    """

    external_id: str
    label: str
    details: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    routes: tuple[str, ...] = ()
    claimed: bool = True


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MediaFile:
    """A file as the platform gives it; `filename` is a third party's and may be empty."""

    content: bytes
    mime_type: str
    filename: str = ""


FetchMedia = Callable[[ToolContext, Mapping[str, Any], int], Awaitable[MediaFile]]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Connector:
    """A platform. Portal cards, forms, REST paths, OpenAPI, docs and tool lists derive from it.

    `verify` proves a credential by the cheapest call and returns its identity; it raises
    NeedsReauth, NotAllowedByPlatform, PlatformRejected or InvalidArgument with a sentence for the person.
    `limits` are the platform's own limits as data. `hosts` are further hosts an answer may
    send a credential to (media hosts); "*.example.com" covers sub-domains. `fetch_media` gets a file
    from the platform: what `InboundMessage.media` says of it, and at most so many bytes; it raises NotFound,
    TooLarge and what `calls.call` does.
    `silence_s` reads from an answer of 400 or more for how many seconds the whole account is limited.
    A platform that is files has a `vault`. `oauth` are the ways to connect an account without a credential in
    hand, one for each authorization server.
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
    watch: WatchSpec | None = None
    vault: VaultSpec | None = None
    oauth: tuple[OAuthSpec, ...] = ()
    revoke: Callable[[ToolContext], Awaitable[str]] | None = None
    texting: Texting | None = None
    documents: Documents | None = None
    fetch_media: FetchMedia | None = None
    silence_s: Callable[[HttpResponse], float | None] = silence_s
