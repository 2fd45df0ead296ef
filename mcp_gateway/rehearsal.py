"""A dry run: everything happens but the first request that would change something at the platform."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from connectors.kit.context import Http, HttpResponse, Part
from connectors.kit.secret import Secret


class Rehearsed(Exception):
    """The request a call would have made, without its credential."""

    def __init__(self, request: Mapping[str, Any]) -> None:
        super().__init__("rehearsed")
        self.request = request


class RehearsalHttp:
    """`Http` that lets reads through and stops at the first write by raising `Rehearsed`."""

    def __init__(self, platform: Http) -> None:
        self._platform = platform

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        bearer: Secret | None = None,
        params: Mapping[str, str] | None = None,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        parts: Sequence[Part] | None = None,
        **rest: Any,
    ) -> HttpResponse:
        """A read's answer; a write never leaves."""
        if method.upper() not in ("GET", "HEAD"):
            raise Rehearsed(_shown(method, url, json, form, parts))
        return await self._platform.request(
            method, url, headers=headers, bearer=bearer, params=params, **rest
        )


def _shown(
    method: str, url: str, json: Any, form: Mapping[str, str] | None, parts: Sequence[Part] | None
) -> dict[str, Any]:
    shown: dict[str, Any] = {"method": method.upper(), "path": urlsplit(url).path}
    if json is not None:
        shown["body"] = json
    elif form is not None:
        shown["body"] = dict(form)
    elif parts is not None:
        shown["parts"] = [{"name": p.name, "filename": p.filename, "bytes": len(p.content)} for p in parts]
    return shown
