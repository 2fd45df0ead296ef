"""What every connector must do, as checks over its declaration and its tools on a fake platform."""

import math
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jsonschema_rs
import pytest

from connectors.kit import schema
from connectors.kit.connector import Connector
from connectors.kit.secret import Secret
from connectors.kit.tool import Tool
from connectors.kit.webhook import OtherEvent
from connectors.tests.runs import credentials_of
from hermes.core.errors import InvalidArgument

AXES, LEAST_SCORE, BEST_SCORE = 6, 4, 5
# What a change means: when, for whom, for how long, and what it leaves alone.
EFFECT = re.compile(
    r"\b(now|at once|everybody|people|person|they|see[sn]?|notif\w+|for good|cannot|stays?|nothing|trash"
    r"|undone|back|only|sent|adds?|replac\w+|rewritten|made|left as it is|public|keep|kept)\b",
    re.IGNORECASE,
)
JARGON = re.compile(
    r"\b(endpoint|payload|boolean|json|api|uuid|null|upsert|idempoten\w+|http|crud|param(eter)?|string)s?\b",
    re.IGNORECASE,
)
SENTENCE = re.compile(r"[A-Z].*\.$", re.DOTALL)
NAME = re.compile(r"[a-z0-9_]{1,32}")
FORBIDDEN_WORDS = ("$ref", "$defs", "oneOf", "allOf")
LIMIT_LOGO_BYTES = 8_192
LEAST_GUIDE_CHARS = 800
WRONG_TEXTS: tuple[Any, ...] = (7, True, [], {}, "x" * 1_000_000, "\x00", "\ud800")
WRONG_NUMBERS: tuple[Any, ...] = ("5", True, math.nan, math.inf, 10**400, -1e300)
WRONG_FLAGS: tuple[Any, ...] = ("true", 1, [])
WRONG_CHOICES: tuple[Any, ...] = ({"surplus": 1}, [["\x00"]], "\x00", "x" * 1_000_000)
WRONG_STRUCTURES: tuple[Any, ...] = ("text", 7, [["\x00"]])
JUNK = (
    b"",
    b"null",
    b"[]",
    b"{}",
    b"\xff\xfe",
    b"<html>",
    b'{"entry":5}',
    b'{"entry":[{"changes":[null,7]}]}',
)


def names_are_public_and_short(connector: Connector) -> None:
    assert connector.slug == connector.folder.name
    names = [tool.name for tool in connector.tools]
    assert len(set(names)) == len(names) > 0
    for tool in connector.tools:
        assert NAME.fullmatch(tool.name)
        assert tool.name.startswith(f"{connector.slug}_")
        assert 3 <= len(tool.title) <= 60
        assert 40 <= len(tool.description) <= 500, tool.name
        assert tool.description.endswith(".")
    assert any(tool.core for tool in connector.tools)


def descriptions_guide_a_choice(connector: Connector) -> None:
    """A model chooses by them: what it is for, when another tool is better, what a change means for "
    "people."""
    names = {tool.name for tool in connector.tools}
    for tool in connector.tools:
        assert 80 <= len(tool.description) <= 400, tool.name
        named = set(re.findall(rf"\b{connector.slug}_[a-z_]+", tool.description))
        assert named <= names, f"{tool.name} names {named - names}, which is no tool"
        assert named - {tool.name} or len(names) == 1, f"{tool.name} names no tool to use instead or next"
        assert tool.hints.read_only or EFFECT.search(tool.description), f"{tool.name}: say what it means"
        assert not JARGON.search(tool.description), f"{tool.name}: {JARGON.search(tool.description)}"
        assert SENTENCE.match(tool.description), tool.name


def descriptions_were_judged(connector: Connector) -> None:
    """By whoever wrote them, on the six axes of docs/descriptions.md; none is left below 4 of 5."""
    scores = tomllib.loads((connector.folder / "descriptions.toml").read_text(encoding="utf-8"))
    assert set(scores) == {tool.name for tool in connector.tools}
    for name, row in scores.items():
        assert len(row) == AXES, name
        assert all(type(score) is int and LEAST_SCORE <= score <= BEST_SCORE for score in row), name


def input_schemas_are_portable_and_bounded(connector: Connector) -> None:
    for tool in connector.tools:
        published = schema.input_schema(tool)
        jsonschema_rs.meta.validate(published)
        assert published["type"] == "object"
        assert published["additionalProperties"] is False
        for name, argument in published.get("properties", {}).items():
            assert argument.get("description"), f"{tool.name}.{name} is not described"
        for node in nodes(published):
            assert not any(word in node for word in FORBIDDEN_WORDS), tool.name
            assert node.get("type") != "null"
            assert is_bounded(node), f"{tool.name}: no limit on {node}"


def output_schemas_are_declared(connector: Connector) -> None:
    for tool in connector.tools:
        published = schema.output_schema(tool)
        assert published is not None, f"{tool.name} declares no output"
        jsonschema_rs.meta.validate(published)
        assert published["type"] == "object"
        for node in nodes(published):
            assert not any(word in node for word in FORBIDDEN_WORDS)
            assert not tool.detailed_only & set(node.get("required", ())), f"{tool.name}: concise breaks it"


def hints_are_whole_and_sensible(connector: Connector) -> None:
    for tool in connector.tools:
        hints = tool.hints
        assert not (hints.read_only and hints.destructive), tool.name
        assert not hints.read_only or hints.idempotent, tool.name
        assert tool.units >= 0
        arguments = set(schema.input_schema(tool).get("properties", {}))
        assert tool.redact <= arguments, f"{tool.name} redacts what it does not take"
        own = {"account", "dry_run", "idempotency_key", "detail"}
        assert not own & arguments, f"{tool.name} takes an argument of the executor's"


def examples_are_accepted(connector: Connector) -> None:
    for tool in connector.tools:
        assert tool.example or not schema.input_schema(tool).get("required"), f"{tool.name} has no example"
        schema.parse_arguments(tool, tool.example)


def wrong_arguments_are_refused_by_name(connector: Connector) -> None:
    """MC15: surplus members, wrong types, over-long text, odd numbers, NUL, half surrogates."""
    for tool in connector.tools:
        for name, argument in wrong_arguments(tool):
            with pytest.raises(InvalidArgument) as caught:
                schema.parse_arguments(tool, {**tool.example, name: argument})
            refusal = caught.value
            assert name in refusal.message, (tool.name, refusal.message)
            assert str(refusal.details["argument"]).startswith(name)
            assert len(refusal.message.encode()) < 1_500


def credentials_hide_and_survive(connector: Connector) -> None:
    credentials = credentials_of(connector, "acme")
    fields = connector.credentials.fields()
    # Files that Hermes keeps itself need nothing secret.
    assert connector.vault is not None or any(field.secret for field in fields)
    for field in fields:
        assert field.label
        assert field.help
        assert field.limit_chars <= 8_192
        value = getattr(credentials, field.name)
        assert isinstance(value, Secret) is field.secret
        if isinstance(value, Secret):
            assert value.reveal() not in repr(credentials) + str(credentials)
    assert connector.credentials.parse(credentials.dump()) == credentials


def folder_has_guide_and_logo(connector: Connector) -> None:
    guide = (connector.folder / "guide.md").read_text(encoding="utf-8")
    assert len(guide) >= LEAST_GUIDE_CHARS
    for field in connector.credentials.fields():
        assert field.label.lower() in guide.lower() or field.name in guide, (
            f"the guide tells no {field.label}"
        )
    logo = (connector.folder / "logo.svg").read_bytes()
    assert len(logo) <= LIMIT_LOGO_BYTES
    assert logo.lstrip().startswith(b"<svg")
    assert not re.search(rb"<script|javascript:|on\w+=|href=|<foreignObject|<!ENTITY", logo, re.IGNORECASE)


def limits_and_settings_are_data(connector: Connector) -> None:
    assert connector.limits
    assert connector.summary.endswith(".")
    for setting in connector.settings:
        assert setting.name.isupper()
        assert setting.help
        assert setting.default
        if setting.is_base:
            assert setting.default.startswith("https://")


def webhook_is_tolerant_and_strict(connector: Connector) -> None:
    """Nothing unsigned passes; nothing signed raises."""
    if connector.webhook is None:
        return
    for secrets in ([], [""], ["wrong"], ["wrong", "previous"]):
        assert not connector.webhook.verify(secrets, {}, b"{}")
    for body in JUNK:
        for event in connector.webhook.parse(body):
            assert isinstance(event, OtherEvent)


def texts_go_by_its_own_tools(connector: Connector) -> None:
    """What `hermes_send` relies on."""
    if connector.texting is None:
        return
    use = connector.texting.send("14155550123", "hello")
    tool = {tool.name: tool for tool in connector.tools}[use.tool]
    published = schema.input_schema(tool)
    assert tool.takes_key
    assert set(published.get("required", ())) <= set(use.arguments) <= set(published["properties"])
    assert "hello" in use.arguments.values()
    for nonsense in ("", " ", "\x00", "no address", "\u202e", "x" * 1_000):
        assert not connector.texting.reaches(nonsense)


DECLARATION: tuple[Callable[[Connector], None], ...] = (
    names_are_public_and_short,
    descriptions_guide_a_choice,
    descriptions_were_judged,
    input_schemas_are_portable_and_bounded,
    output_schemas_are_declared,
    hints_are_whole_and_sensible,
    examples_are_accepted,
    wrong_arguments_are_refused_by_name,
    credentials_hide_and_survive,
    folder_has_guide_and_logo,
    limits_and_settings_are_data,
    webhook_is_tolerant_and_strict,
    texts_go_by_its_own_tools,
)


def nodes(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every schema inside a schema, itself included."""
    yield node
    inner = [*node.get("properties", {}).values(), *node.get("anyOf", ())]
    inner += [node[word] for word in ("items", "additionalProperties") if isinstance(node.get(word), Mapping)]
    for part in inner:
        yield from nodes(part)


def is_bounded(node: Mapping[str, Any]) -> bool:
    """Whether text and lists in arguments have a limit."""
    if node.get("type") == "string":
        return "maxLength" in node or "enum" in node
    return node.get("type") != "array" or "maxItems" in node


def wrong_arguments(tool: Tool) -> Iterator[tuple[str, Any]]:
    """Arguments no tool may take."""
    yield "surplus_member", 1
    yield "surplus_nul", "a\x00b"
    for name, argument in schema.input_schema(tool).get("properties", {}).items():
        if argument.get("type") == "string":
            yield from ((name, wrong) for wrong in WRONG_TEXTS)
        elif argument.get("type") in ("integer", "number"):
            yield from ((name, wrong) for wrong in WRONG_NUMBERS)
        elif argument.get("type") == "boolean":
            yield from ((name, wrong) for wrong in WRONG_FLAGS)
        else:
            wrongs = WRONG_CHOICES if "anyOf" in argument else WRONG_STRUCTURES
            yield from ((name, wrong) for wrong in wrongs)
