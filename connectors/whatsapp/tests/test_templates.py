"""Finding, handing in and deleting templates."""

from typing import Any

import pytest

from connectors.whatsapp.tests.conftest import Calling
from connectors.whatsapp.tests.meta import Meta
from hermes.core.errors import InvalidArgument, NotFound


def names(data: dict[str, Any]) -> list[str]:
    """The names of listed templates."""
    return [t["name"] for t in data["templates"]]


def test_all_pages_are_walked(call: Calling, meta: Meta) -> None:
    data = call("whatsapp_list_templates", limit=100)
    assert names(data) == [t["name"] for t in meta.templates]
    assert "next_cursor" not in data
    assert meta.seen[0].query == {}


def test_a_cursor_goes_on_where_the_answer_ended(call: Calling, meta: Meta) -> None:
    found: list[str] = []
    cursor: dict[str, str] = {}
    for _ in range(20):
        data = call("whatsapp_list_templates", limit=2, **cursor)
        assert len(data["templates"]) <= 2
        found += names(data)
        if "next_cursor" not in data:
            break
        cursor = {"cursor": data["next_cursor"]}
    assert found == [t["name"] for t in meta.templates]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"status": "PAUSED"}, ["paused_one"]),
        ({"language": "de"}, ["order_shipped"]),
        ({"query": "INVOICE"}, ["named_invoice", "with_paper"]),
        ({"query": "order way"}, ["order_shipped"]),
        ({"query": "nothing like it"}, []),
    ],
)
def test_filters(wanted: dict[str, str], expected: list[str], call: Calling) -> None:
    assert names(call("whatsapp_list_templates", limit=100, **wanted)) == expected


def test_a_listed_template_tells_the_values_it_takes(call: Calling) -> None:
    takes = {t["name"]: t["takes"] for t in call("whatsapp_list_templates", limit=100)["templates"]}
    assert takes["order_shipped"] == {"body": ["1", "2"]}
    assert takes["named_invoice"] == {"header": ["number"], "body": ["first_name", "amount"]}
    assert takes["with_place"] == {"header": ["latitude", "longitude", "name", "address"]}
    assert takes["offer"] == {"body": ["1"], "buttons": {"0": "copy_code"}}
    assert takes["hello_world"] == {}


@pytest.mark.parametrize("cursor", ["x", "bm90IGpzb24", "WzEsMl0", "😀" * 3])
def test_a_cursor_of_another_kind_is_refused(cursor: str, call: Calling, meta: Meta) -> None:
    with pytest.raises(InvalidArgument, match="'cursor'"):
        call("whatsapp_list_templates", cursor=cursor)
    assert meta.seen == []


BODY = {"type": "BODY", "text": "Hi {{1}}, it is ready.", "example": {"body_text": [["Ada"]]}}


def create(call: Calling, *components: dict[str, Any], category: str = "UTILITY") -> dict[str, Any]:
    """Hand one in."""
    return call(
        "whatsapp_create_template",
        name="ready_now",
        category=category,
        language="en_US",
        components=list(components),
    )


def test_a_template_is_handed_in_as_it_was_given(call: Calling, meta: Meta) -> None:
    header = {"type": "HEADER", "format": "TEXT", "text": "Order"}
    buttons = {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Thanks"}]}
    data = create(call, header, BODY, buttons)
    assert data == {
        "id": "900",
        "name": "ready_now",
        "language": "en_US",
        "status": "PENDING",
        "category": "UTILITY",
    }
    assert meta.seen[-1].body == {
        "name": "ready_now",
        "language": "en_US",
        "category": "UTILITY",
        "components": [header, BODY, buttons],
    }


def test_named_variables_are_declared(call: Calling, meta: Meta) -> None:
    example = {"body_text_named_params": [{"param_name": "who", "example": "Ada"}]}
    create(call, {"type": "BODY", "text": "Hi {{who}}, it is ready.", "example": example})
    assert meta.seen[-1].body["parameter_format"] == "NAMED"


def test_an_authentication_template_needs_no_text(call: Calling, meta: Meta) -> None:
    otp = {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]}
    body = {"type": "BODY", "add_security_recommendation": True}
    create(call, body, otp, category="AUTHENTICATION")
    assert meta.seen[-1].body["components"] == [body, otp]


def with_buttons(*items: dict[str, Any]) -> list[dict[str, Any]]:
    """A good body and these buttons."""
    return [BODY, {"type": "BUTTONS", "buttons": list(items)}]


REPLY = {"type": "QUICK_REPLY", "text": "a"}
LINK = {"type": "URL", "text": "b", "url": "https://a.example"}


@pytest.mark.parametrize(
    ("components", "argument"),
    [
        ([], "components"),
        ([{"type": "FOOTER", "text": "x"}], "components"),
        ([BODY, BODY], "components"),
        ([{"type": "BODY"}], "components[0].text"),
        ([{"type": "BODY", "text": "x" * 1025}], "components[0].text"),
        ([{"type": "BODY", "text": "Hi {{1}} there"}], "components[0].example"),
        ([{**BODY, "text": "Hi {{1}} and {{2}} there"}], "components[0].example"),
        ([{**BODY, "text": "{{1}} hello"}], "components[0].text"),
        ([{**BODY, "text": "hello {{1}}"}], "components[0].text"),
        ([{**BODY, "text": "hello {{2}} there"}], "components[0].text"),
        ([{**BODY, "text": "hello {{1}} and {{name}} there"}], "components[0].text"),
        ([BODY, {"type": "HEADER", "text": "x"}], "components[1].format"),
        ([BODY, {"type": "HEADER", "format": "TEXT", "text": "x" * 61}], "components[1].text"),
        ([BODY, {"type": "HEADER", "format": "TEXT", "text": "{{1}} {{2}}"}], "components[1].text"),
        ([BODY, {"type": "HEADER", "format": "IMAGE"}], "components[1].example"),
        ([BODY, {"type": "FOOTER", "text": "By {{1}}."}], "components[1].text"),
        ([BODY, {"type": "BUTTONS"}], "components[1].buttons"),
        (with_buttons({"type": "URL", "text": "x"}), "components[1].buttons[0].url"),
        (
            with_buttons({"type": "URL", "text": "x", "url": "https://a.example/{{1}}"}),
            "components[1].buttons[0].example",
        ),
        (with_buttons({"type": "QUICK_REPLY", "text": "x" * 26}), "components[1].buttons[0].text"),
        (with_buttons(LINK, LINK, LINK), "components[1].buttons"),
        (with_buttons(REPLY, LINK, REPLY), "components[1].buttons"),
        (with_buttons(*[REPLY] * 11), "components[1].buttons"),
        ([BODY, {"type": "POLL"}], "components[1].type"),
    ],
)
def test_what_meta_would_refuse_is_refused_first(
    components: list[dict[str, Any]], argument: str, call: Calling, meta: Meta
) -> None:
    with pytest.raises(InvalidArgument) as caught:
        create(call, *components)
    assert caught.value.details["argument"] == argument
    assert meta.seen == []


@pytest.mark.parametrize("name", ["Ready", "ready now", "ready-now", "", "x" * 513, "a/b"])
def test_a_name_has_small_letters_digits_and_underscores(name: str, call: Calling, meta: Meta) -> None:
    with pytest.raises(InvalidArgument, match="'name'"):
        call("whatsapp_create_template", name=name, category="UTILITY", language="en", components=[BODY])
    assert meta.seen == []


def test_one_language_is_deleted_by_its_id(call: Calling, meta: Meta) -> None:
    data = call("whatsapp_delete_template", name="order_shipped", language="de")
    assert data == {"name": "order_shipped", "language": "de"}
    left = [t["language"] for t in meta.templates if t["name"] == "order_shipped"]
    assert left == ["en_US"]


def test_without_a_language_all_are_deleted(call: Calling, meta: Meta) -> None:
    assert call("whatsapp_delete_template", name="order_shipped") == {"name": "order_shipped"}
    assert not any(t["name"] == "order_shipped" for t in meta.templates)
    assert meta.seen[-1].query == {"name": "order_shipped"}


def test_deleting_what_is_not_there_changes_nothing(call: Calling, meta: Meta) -> None:
    with pytest.raises(NotFound) as caught:
        call("whatsapp_delete_template", name="order_shipped", language="fr")
    assert caught.value.details["languages"] == ["de", "en_US"]
    assert all(seen.method == "GET" for seen in meta.seen)
