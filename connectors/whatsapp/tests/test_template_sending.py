"""Templates checked against the approved ones before they are sent."""

from typing import Any

import pytest

from connectors.whatsapp.tests.conftest import Calling
from connectors.whatsapp.tests.meta import Meta
from connectors.whatsapp.tests.samples import PNG
from hermes.core.errors import HermesError, InvalidArgument, NotFound

MEDIA_ID = "4490709327384033"


def send(call: Calling, template: str, *, language: str = "en_US", **values: Any) -> dict[str, Any]:
    """Send one and return the `template` Meta got."""
    call("whatsapp_send_template", to="+14155550123", template=template, language=language, **values)
    sent: dict[str, Any] = call.meta.sent()[-1]["template"]
    return sent


def text(value: str) -> dict[str, str]:
    """A text parameter."""
    return {"type": "text", "text": value}


def test_a_template_without_values_has_no_components(call: Calling) -> None:
    assert send(call, "hello_world") == {"name": "hello_world", "language": {"code": "en_US"}}


def test_body_and_button_values_in_order(call: Calling) -> None:
    sent = send(call, "order_shipped", body_params=["Ada", "42"], button_params=["A-42"])
    assert sent["components"] == [
        {"type": "body", "parameters": [text("Ada"), text("42")]},
        {"type": "button", "sub_type": "url", "index": "1", "parameters": [text("A-42")]},
    ]


def test_values_by_name_and_in_the_asked_language(call: Calling) -> None:
    values = {"{{2}}": "42", "1": "Ada"}
    result = call.result(
        "whatsapp_send_template",
        to="+14155550123",
        template="order_shipped",
        language="de",
        body_params=["Ada", "42"],
    )
    assert result.sent[0].text == "Hallo Ada, Bestellung 42 ist unterwegs."
    assert send(call, "order_shipped", language="de", body_params=values)["components"][0]["parameters"] == [
        text("Ada"),
        text("42"),
    ]


@pytest.mark.parametrize("values", [["Ada", "5 €"], {"amount": "5 €", "first_name": "Ada"}])
def test_named_values_carry_their_names(values: Any, call: Calling) -> None:
    sent = send(call, "named_invoice", header_params=["7"], body_params=values)
    assert sent["components"] == [
        {"type": "header", "parameters": [{**text("7"), "parameter_name": "number"}]},
        {
            "type": "body",
            "parameters": [
                {**text("Ada"), "parameter_name": "first_name"},
                {**text("5 €"), "parameter_name": "amount"},
            ],
        },
    ]


def test_a_picture_in_the_header_is_handed_in_first(call: Calling, meta: Meta) -> None:
    picture = meta.shop("rose.png", "image/png", PNG)
    sent = send(call, "with_picture", header_params=[picture], body_params=["Ada"])
    (parameter,) = sent["components"][0]["parameters"]
    assert meta.media[parameter["image"]["id"]] == ("image/png", PNG)


def test_a_document_in_the_header_keeps_its_name(call: Calling) -> None:
    sent = send(call, "with_paper", header_params=[MEDIA_ID, "Invoice 7.pdf"])
    assert sent["components"][0]["parameters"] == [
        {"type": "document", "document": {"id": MEDIA_ID, "filename": "Invoice 7.pdf"}}
    ]


def test_a_place_in_the_header(call: Calling) -> None:
    sent = send(call, "with_place", header_params=["37.4847", "-122.1473", "Shop", "1 Way"])
    place = {"latitude": "37.4847", "longitude": "-122.1473", "name": "Shop", "address": "1 Way"}
    assert sent["components"][0]["parameters"] == [{"type": "location", "location": place}]


def test_a_code_button_and_an_optional_reply(call: Calling) -> None:
    only_code = send(call, "offer", body_params=["10 %"], button_params=["SAVE10"])
    assert only_code["components"][1:] == [
        {
            "type": "button",
            "sub_type": "copy_code",
            "index": "0",
            "parameters": [{"type": "coupon_code", "coupon_code": "SAVE10"}],
        }
    ]
    both = send(call, "offer", body_params=["10 %"], button_params=["SAVE10", "stop-offers"])
    assert both["components"][2]["parameters"] == [{"type": "payload", "payload": "stop-offers"}]


def test_a_login_code_stands_in_the_body_and_behind_the_button(call: Calling) -> None:
    sent = send(call, "login_code", body_params=["123456"])
    assert sent["components"] == [
        {"type": "body", "parameters": [text("123456")]},
        {"type": "button", "sub_type": "url", "index": "0", "parameters": [text("123456")]},
    ]


def test_a_template_goes_out_although_the_window_is_closed(call: Calling) -> None:
    call.inbox.open_ = False  # type: ignore[attr-defined]
    assert send(call, "hello_world")["name"] == "hello_world"


@pytest.mark.parametrize(
    ("template", "values", "argument", "words"),
    [
        ("order_shipped", {"body_params": ["Ada"], "button_params": ["A"]}, "body_params", "takes 2 (1, 2)"),
        ("order_shipped", {"button_params": ["A"]}, "body_params", "has 0"),
        ("order_shipped", {"body_params": ["Ada", "42"]}, "button_params", "takes 1 (1)"),
        (
            "order_shipped",
            {"body_params": {"1": "Ada"}, "button_params": ["A"]},
            "body_params",
            "misses '2'",
        ),
        (
            "order_shipped",
            {"body_params": {"1": "Ada", "2": "4", "3": "x"}, "button_params": ["A"]},
            "body_params",
            "has '3'",
        ),
        ("named_invoice", {"header_params": ["7"], "body_params": {"name": "x"}}, "body_params", "misses"),
        ("named_invoice", {"body_params": ["Ada", "5"]}, "header_params", "takes 1 (number)"),
        ("hello_world", {"body_params": ["x"]}, "body_params", "takes no value"),
        ("hello_world", {"header_params": ["x"]}, "header_params", "takes no value"),
        ("with_picture", {"body_params": ["Ada"]}, "header_params", "takes 1 (file)"),
        ("with_picture", {"body_params": ["Ada"], "header_params": ["x.png"]}, "header_params", "https"),
        ("with_place", {"header_params": ["north", "2", "Shop", "1 Way"]}, "header_params", "decimal"),
        (
            "order_shipped",
            {"body_params": ["Ada\nKing", "42"], "button_params": ["A"]},
            "body_params",
            "line breaks",
        ),
        ("paused_one", {}, "template", "is PAUSED"),
        ("refused_one", {}, "template", "is REJECTED"),
        ("cards", {}, "template", "CAROUSEL"),
    ],
)
def test_what_does_not_fit_the_approved_template_is_never_sent(
    template: str, values: dict[str, Any], argument: str, words: str, call: Calling, meta: Meta
) -> None:
    with pytest.raises(InvalidArgument) as caught:
        send(call, template, **values)
    assert caught.value.details["argument"] == argument
    assert words in caught.value.message
    assert all(seen.method == "GET" for seen in meta.seen)


def test_an_unknown_language_names_those_that_exist(call: Calling, meta: Meta) -> None:
    with pytest.raises(NotFound) as caught:
        send(call, "order_shipped", language="fr", body_params=["Ada", "42"])
    assert caught.value.details["languages"] == ["de", "en_US"]
    assert meta.sent() == []


def test_an_unknown_name_names_templates_alike(call: Calling) -> None:
    with pytest.raises(NotFound) as caught:
        send(call, "order_shiped")
    assert caught.value.details["templates"][0] == "order_shipped"


def test_a_file_is_fetched_only_after_all_values_fit(call: Calling, meta: Meta) -> None:
    with pytest.raises(HermesError):
        send(call, "with_picture", header_params=[meta.shop("rose.png", "image/png", PNG)])
    assert not any(seen.path.startswith("/shop") for seen in meta.seen)
