"""Schemas as published, and arguments held against them."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
import pytest
from msgspec import UNSET, Meta, UnsetType

from connectors.kit import schema
from connectors.kit.context import ToolContext
from connectors.kit.tool import READ, NoParams, Output, Params, Tool, ToolResult
from hermes.core.errors import InvalidArgument


class Leg(Params, frozen=True):
    """One leg of the journey."""

    title: Annotated[str, Meta(max_length=10, description="Name of the leg.")]
    miles: Annotated[float, Meta(ge=0)] | None = None


class Journey(Params, frozen=True):
    """A journey."""

    ship: Annotated[str, Meta(min_length=2, max_length=8, description="Name of the ship.")]
    rig: Annotated[Literal["sloop", "ketch"], Meta(description="Her rig.")] = "sloop"
    crew: Annotated[int, Meta(ge=1, le=12, description="People aboard.")] = 2
    pilot: Annotated[str, Meta(max_length=8, description="Who knows the way.")] | None = None
    legs: Annotated[list[Leg], Meta(max_length=2, description="The way.")] | None = None
    cargo: Annotated[list[str], Meta(max_length=3)] | Annotated[dict[str, str], Meta(max_length=3)] | None = (
        None
    )


class Log(Output, frozen=True, kw_only=True):
    """What happened."""

    wind: str | None
    port: str | UnsetType = UNSET
    legs: list[Leg] = []


async def sail(ctx: ToolContext, params: Any) -> ToolResult:
    return ToolResult(data={})


def tool(params: type[Params] | Mapping[str, Any] = Journey) -> Tool:
    return Tool(
        name="ship_sail",
        title="Sail",
        description="Sail.",
        params=params,
        output=Log,
        handler=sail,
        hints=READ,
    )


def test_published_arguments_have_no_references_and_no_null() -> None:
    assert schema.input_schema(tool()) == {
        "type": "object",
        "properties": {
            "ship": {"description": "Name of the ship.", "type": "string", "minLength": 2, "maxLength": 8},
            "rig": {
                "description": "Her rig.",
                "type": "string",
                "enum": ["ketch", "sloop"],
                "default": "sloop",
            },
            "crew": {
                "description": "People aboard.",
                "type": "integer",
                "minimum": 1,
                "maximum": 12,
                "default": 2,
            },
            "pilot": {"description": "Who knows the way.", "type": "string", "maxLength": 8},
            "legs": {
                "description": "The way.",
                "type": "array",
                "maxItems": 2,
                "items": {
                    "description": "One leg of the journey.",
                    "type": "object",
                    "properties": {
                        "title": {"description": "Name of the leg.", "type": "string", "maxLength": 10},
                        "miles": {"type": "number", "minimum": 0},
                    },
                    "required": ["title"],
                    "additionalProperties": False,
                },
            },
            "cargo": {
                "anyOf": [
                    {"type": "array", "items": {"type": "string"}, "maxItems": 3},
                    {"type": "object", "additionalProperties": {"type": "string"}, "maxProperties": 3},
                ]
            },
        },
        "required": ["ship"],
        "additionalProperties": False,
    }


def test_a_tool_without_arguments_takes_an_empty_object() -> None:
    assert schema.input_schema(tool(NoParams)) == {
        "type": "object",
        "properties": {},
        "additionalProperties": False,
    }


def test_a_published_schema_can_be_changed_without_changing_the_next() -> None:
    schema.input_schema(tool())["properties"].clear()
    assert schema.input_schema(tool())["properties"]


def test_what_may_be_null_in_a_result_is_left_out_and_not_required() -> None:
    published = schema.output_schema(tool()) or {}
    assert published["properties"]["wind"] == {"type": "string"}
    assert "required" not in published
    dumped = schema.dump(Log(wind=None, legs=[Leg(title="out")]))
    assert dumped == {"legs": [{"title": "out"}]}


def test_a_plain_mapping_is_dumped_like_a_struct() -> None:
    assert schema.dump({"a": None, "b": [{"c": None, "d": 1}]}) == {"b": [{"d": 1}]}


def test_arguments_become_the_params_struct() -> None:
    parsed = schema.parse_arguments(tool(), {"ship": "Lark", "legs": [{"title": "out", "miles": 3}]})
    assert parsed == Journey(ship="Lark", legs=[Leg(title="out", miles=3.0)])


def test_null_counts_as_left_out() -> None:
    parsed = schema.parse_arguments(tool(), {"ship": "Lark", "pilot": None, "crew": None, "cargo": None})
    assert parsed == Journey(ship="Lark")


def test_a_whole_number_may_be_written_with_a_point() -> None:
    assert schema.parse_arguments(tool(), {"ship": "Lark", "crew": 5.0}).crew == 5


def test_alternatives_keep_their_form() -> None:
    assert schema.parse_arguments(tool(), {"ship": "Lark", "cargo": ["tea"]}).cargo == ["tea"]
    assert schema.parse_arguments(tool(), {"ship": "Lark", "cargo": {"a": "tea"}}).cargo == {"a": "tea"}


def test_text_that_reads_null_stays_text() -> None:
    assert schema.parse_arguments(tool(), {"ship": "Lark", "pilot": "null"}).pilot == "null"


@pytest.mark.parametrize(
    ("arguments", "argument", "sentence"),
    [
        ({}, "ship", "'ship' is missing (Name of the ship)."),
        ({"ship": None}, "ship", "'ship' is missing (Name of the ship)."),
        ({"ship": 7}, "ship", "'ship' must be text."),
        ({"ship": "L"}, "ship", "'ship' must have at least 2 characters."),
        ({"ship": "L" * 9}, "ship", "'ship' may have at most 8 characters."),
        ({"ship": "Lark", "rig": "brig"}, "rig", "'rig' must be one of: ketch, sloop."),
        ({"ship": "Lark", "crew": 0}, "crew", "'crew' must be at least 1."),
        ({"ship": "Lark", "crew": 13}, "crew", "'crew' must be at most 12."),
        ({"ship": "Lark", "crew": "2"}, "crew", "'crew' must be a whole number."),
        (
            {"ship": "Lark", "mate": 1},
            "mate",
            "'mate' is unknown; ship_sail takes: ship, rig, crew, pilot, legs, cargo.",
        ),
        ({"ship": "Lark", "legs": [{}]}, "legs[0].title", "'legs[0].title' is missing (Name of the leg)."),
        (
            {"ship": "Lark", "legs": [{"title": "a", "x": 1}]},
            "legs[0].x",
            "'legs[0].x' is unknown; 'legs[0]' takes: title, miles.",
        ),
        ({"ship": "Lark", "legs": [{"title": "a"}] * 3}, "legs", "'legs' may have at most 2 items."),
        ({"ship": "Lark", "cargo": 5}, "cargo", "'cargo' does not have the expected form."),
        ({"ship": 7, "crew": 0}, "ship", "'ship' must be text; 'crew' must be at least 1."),
    ],
)
def test_a_refusal_names_the_argument_and_the_rule(
    arguments: dict[str, Any], argument: str, sentence: str
) -> None:
    with pytest.raises(InvalidArgument) as caught:
        schema.parse_arguments(tool(), arguments)
    assert caught.value.message == sentence
    assert caught.value.details == {"argument": argument}


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        (float("nan"), "finite"),
        (float("-inf"), "finite"),
        (10**400, "64 bits"),
        ("a\x00b", "NUL"),
        ("a\ud800", "surrogate"),
        ({"a\udfff": 1}, "surrogate"),
        ([[{"x": "\x00"}]], "NUL"),
    ],
)
def test_what_no_store_could_keep_is_refused(value: Any, rule: str) -> None:
    """MC15, BD02."""
    with pytest.raises(InvalidArgument, match=rule) as caught:
        schema.parse_arguments(tool({"type": "object"}), {"thing": value})
    assert caught.value.details == {"argument": "thing"}


def test_a_deep_argument_is_refused() -> None:
    """BD01."""
    deep: Any = "end"
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(InvalidArgument, match="deep"):
        schema.parse_arguments(tool({"type": "object"}), {"thing": deep})


def test_a_tool_declared_by_schema_gets_a_plain_object() -> None:
    declared = tool({"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]})
    assert schema.parse_arguments(declared, {"a": 1, "b": [2]}) == {"a": 1, "b": [2]}
    with pytest.raises(InvalidArgument, match="'a' is missing"):
        schema.parse_arguments(declared, {})


def test_emoji_and_other_whole_characters_pass() -> None:
    assert schema.parse_arguments(tool(), {"ship": "⛵ 船"}).ship == "⛵ 船"
    assert msgspec.json.encode(schema.dump(Log(wind="⛵")))
