"""What a list of tools says of their schemas is short and true."""

from typing import Any

import jsonschema_rs
import pytest

from mcp_gateway import catalogue
from mcp_gateway.catalogue import Listing
from mcp_gateway.outlines import outline_of_input, outline_of_output
from mcp_gateway.testing.catalogue import TOOLS as FIXTURES

LISTINGS = [found for found in catalogue.every_tool().values() if found.tool not in FIXTURES]
WHOLE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "pattern": {"type": "string", "pattern": "^a$", "maxLength": 3, "description": "Named like a rule."},
        "many": {"type": "integer", "minimum": 1, "maximum": 9, "default": 0, "description": "How many."},
        "rows": {
            "type": "array",
            "maxItems": 2,
            "description": "Rows.",
            "items": {"type": "array", "items": {"description": "A cell.", "type": "string", "minLength": 1}},
        },
        "values": {
            "anyOf": [{"type": "string", "maxLength": 9}, {"type": "object", "additionalProperties": {}}]
        },
    },
    "required": ["pattern"],
    "additionalProperties": False,
}


def test_an_outline_leaves_bounds_and_what_is_said_twice_out() -> None:
    assert outline_of_input(WHOLE) == {
        "type": "object",
        "properties": {
            "pattern": {"type": "string", "description": "Named like a rule."},
            "many": {"type": "integer", "maximum": 9, "description": "How many."},
            "rows": {
                "type": "array",
                "description": "Rows.",
                "items": {"type": "array", "items": {"type": "string"}},
            },
            "values": {"anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": {}}]},
        },
        "required": ["pattern"],
        "additionalProperties": False,
    }


@pytest.mark.parametrize("listing", LISTINGS, ids=lambda listing: listing.tool.name)
def test_an_outline_admits_the_example_and_describes_every_argument(listing: Listing) -> None:
    outline = outline_of_input(listing.input_schema)
    jsonschema_rs.meta.validate(outline)
    assert jsonschema_rs.is_valid(outline, dict(listing.tool.example))
    undescribed = {name for name, told in outline["properties"].items() if not told.get("description")}
    assert undescribed <= {"account", "detail", "dry_run", "limit", "cursor"}


def test_an_outlined_result_names_its_members_and_what_a_list_holds() -> None:
    item = {"type": "object", "properties": {"id": {"type": "string"}, "size": {"type": "integer"}}}
    whole = {
        "type": "object",
        "required": ["mails"],
        "properties": {
            "mails": {"type": "array", "items": item},
            "chats": {"type": "array", "items": {"type": "object"}, "description": "id, name."},
            "names": {"type": "array", "items": {"type": "string"}},
            "size": {"type": "integer"},
            "meta": {"type": "object"},
        },
    }
    assert outline_of_output(whole, frozenset({"size"})) == {
        "type": "object",
        "properties": {
            "mails": {"type": "array", "description": "id"},
            "chats": {"type": "array", "description": "id, name."},
            "names": {"type": "array"},
        },
    }
