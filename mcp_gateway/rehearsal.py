"""A dry run: everything happens but the first request or act that would change something at the platform."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NoReturn, Unpack
from urllib.parse import urlsplit

from connectors.kit.context import Http, HttpResponse, ToolContext
from hermes.core.http_types import RequestOptions
from hermes.core.redaction import redact_text


class Rehearsed(Exception):
    """What a call would have done first, without its credential."""

    def __init__(self, request: Mapping[str, Any]) -> None:
        super().__init__("rehearsed")
        self.request = request


def rehearsing(context: ToolContext) -> ToolContext:
    """The same context, in which the first change raises `Rehearsed` instead of being made."""
    return replace(context, http=RehearsalHttp(context.http), before_change=stop)


class RehearsalHttp:
    """`Http` that lets reads through and stops at the first write by raising `Rehearsed`."""

    def __init__(self, platform: Http) -> None:
        self._platform = platform

    async def request(self, method: str, url: str, **options: Unpack[RequestOptions]) -> HttpResponse:
        """A read's answer; a write never leaves."""
        if method.upper() not in ("GET", "HEAD"):
            raise Rehearsed(_shown(method, url, options))
        return await self._platform.request(method, url, **options)


def stop(change: Mapping[str, Any]) -> NoReturn:
    """`ToolContext.before_change` of a dry run."""
    raise Rehearsed(change)


def _shown(method: str, url: str, options: RequestOptions) -> dict[str, Any]:
    shown: dict[str, Any] = {"method": method.upper(), "path": redact_text(urlsplit(url).path)}
    form, parts = options.get("form"), options.get("parts")
    if options.get("json") is not None:
        shown["body"] = options["json"]
    elif form is not None:
        shown["body"] = dict(form)
    elif parts is not None:
        shown["parts"] = [{"name": p.name, "filename": p.filename, "bytes": len(p.content)} for p in parts]
    return shown
