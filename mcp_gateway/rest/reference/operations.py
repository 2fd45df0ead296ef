"""The operations of the OpenAPI document, by platform and subject."""

import functools
import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from django.conf import settings

from connectors.registry import all_connectors
from mcp_gateway.rest import openapi
from mcp_gateway.rest.reference.fields import Field, Schema, fields, parameter, sample

SUBJECTS = {
    "tools": "Across platforms",
    "inbox": "Inbox",
    "connections": "Connections",
    "keys": "Keys",
    "agents": "Agents",
    "webhooks": "Webhooks",
    "usage": "Usage",
    "audit": "Audit trail",
    "sandbox": "Sandbox",
    "mcp": "MCP",
    "intake": "What platforms post",
}
INTAKE = "intake"
KEY = "$HERMES_KEY"


class Operation(NamedTuple):
    """One call. `aliases` are other paths of the same."""

    name: str
    method: str
    path: str
    aliases: Sequence[str]
    title: str
    text: Sequence[str]
    takes: Sequence[Field]
    gives: Sequence[Field]
    status: str
    curl: str

    @property
    def words(self) -> str:
        """What a search looks through beside the title and the path."""
        return " ".join((self.name, *self.aliases, *(field.name for field in self.takes))).lower()


class Group(NamedTuple):
    """The operations of a platform or a subject."""

    slug: str
    title: str
    text: str
    operations: Sequence[Operation]


@functools.cache
def groups() -> Mapping[str, Group]:
    """Every group by its slug: platforms first, then subjects."""
    document = msgspec.json.decode(openapi.document())
    found: dict[str, list[Operation]] = {}
    for slug, operation in _operations(document):
        found.setdefault(slug, []).append(operation)
    titles = {c.slug: (c.name, c.summary) for c in all_connectors().values()}
    titles |= {slug: (title, "") for slug, title in SUBJECTS.items()}
    return {slug: Group(slug, *titles[slug], found[slug]) for slug in titles if slug in found}


def first() -> Operation:
    """The call to begin with: it changes nothing and tells which tools the key has."""
    return next(o for o in groups()["tools"].operations if o.path == "/api/tools")


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, Operation]]:
    shapes, aliases = document["components"]["schemas"], dict[str, list[str]]()
    described = [(path, *of) for path, methods in document["paths"].items() for of in methods.items()]
    for path, _, told in described:
        if "x-alias-of" in told:
            aliases.setdefault(told["x-alias-of"], []).append(path)
    for path, method, told in described:
        if "x-alias-of" not in told:
            slug = INTAKE if path.startswith("/webhook/") else told["tags"][0]
            yield slug, _operation(path, method, told, aliases.get(told["operationId"], []), shapes)


def _operation(
    path: str, method: str, told: Mapping[str, Any], aliases: Sequence[str], shapes: Mapping[str, Schema]
) -> Operation:
    takes = [parameter(raw, shapes) for raw in told.get("parameters", ())]
    media, content = _content(told.get("requestBody", {}))
    takes += fields(content.get("schema", {}), shapes)
    status, answer = next((s, a) for s, a in told["responses"].items() if s != "default")
    begins = _begin_curl(path, method, told)
    return Operation(
        name=told["operationId"],
        method=method.upper(),
        path=path,
        aliases=aliases,
        title=told["summary"],
        text=told.get("description", "").split("\n\n"),
        takes=takes,
        gives=list(fields(_content(answer)[1].get("schema", {}), shapes)),
        status=status,
        curl=" \\\n  ".join([*begins, *_send(media, content, shapes)]),
    )


def _content(told: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """The first media type of a body, and what is said of it."""
    return next(iter(told.get("content", {}).items()), ("", {}))


def _begin_curl(path: str, method: str, told: Mapping[str, Any]) -> list[str]:
    asked = [p["name"] for p in told.get("parameters", ()) if p["in"] == "query" and p.get("required")]
    query = "&".join(f"{name}={name.upper()}" for name in asked)
    address = shlex.quote(f"{settings.PUBLIC_URL}{path}{f'?{query}' if query else ''}")
    lines = [f"curl {'' if method == 'get' else f'-X {method.upper()} '}{address}"]
    if told["security"] != [{}]:
        lines.append(f'-H "Authorization: Bearer {KEY}"')
    return lines


def _send(media: str, content: Mapping[str, Any], shapes: Mapping[str, Schema]) -> list[str]:
    if media != "application/json":
        return [f'-H "Content-Type: {media}"', "--data-binary @FILE"] if media else []
    body = content.get("example") or sample(content.get("schema", {}), shapes)
    return [
        '-H "Content-Type: application/json"',
        f"-d {shlex.quote(json.dumps(body, ensure_ascii=False))}",
    ]
