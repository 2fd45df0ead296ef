"""Messages answered with a tap: all five kinds, and what does not fit them."""

from typing import Any

import pytest

from connectors.whatsapp.tests.conftest import Calling
from connectors.whatsapp.tests.meta import Meta
from hermes.core.errors import InvalidArgument

YES, NO = {"id": "yes", "title": "Yes"}, {"id": "no", "title": "No"}
ROW = {"id": "r1", "title": "Express", "description": "Tomorrow"}


def send(call: Calling, kind: str, **more: Any) -> dict[str, Any]:
    """Send one and return the `interactive` Meta got."""
    call("whatsapp_send_interactive", to="+14155550123", kind=kind, body="Choose", **more)
    interactive: dict[str, Any] = call.meta.sent()[-1]["interactive"]
    return interactive


def test_reply_buttons_with_header_and_footer(call: Calling) -> None:
    sent = send(call, "buttons", options={"buttons": [YES, NO]}, header="Delivery", footer="Acme")
    assert sent == {
        "type": "button",
        "header": {"type": "text", "text": "Delivery"},
        "body": {"text": "Choose"},
        "footer": {"text": "Acme"},
        "action": {"buttons": [{"type": "reply", "reply": YES}, {"type": "reply", "reply": NO}]},
    }


def test_a_picture_as_header(call: Calling) -> None:
    picture = {"kind": "image", "file": "4490709327384033"}
    sent = send(call, "buttons", options={"buttons": [YES]}, header_media=picture)
    assert sent["header"] == {"type": "image", "image": {"id": "4490709327384033"}}


def test_a_list_with_sections(call: Calling) -> None:
    sections = [{"title": "Fast", "rows": [ROW]}, {"title": "Slow", "rows": [{"id": "r2", "title": "Post"}]}]
    sent = send(call, "list", options={"label": "Options", "sections": sections})
    assert sent["type"] == "list"
    assert sent["action"] == {"button": "Options", "sections": sections}


def test_a_link_button(call: Calling) -> None:
    sent = send(call, "cta_url", options={"label": "Open", "url": "https://acme.example/o/1"})
    parameters = {"display_text": "Open", "url": "https://acme.example/o/1"}
    assert sent["action"] == {"name": "cta_url", "parameters": parameters}


def test_a_request_for_the_location(call: Calling) -> None:
    sent = send(call, "location_request")
    assert (sent["type"], sent["action"]) == ("location_request_message", {"name": "send_location"})


def test_a_flow_with_its_first_screen(call: Calling) -> None:
    options = {
        "label": "Book",
        "flow_id": "123456",
        "flow_token": "tok",
        "flow_screen": "DATES",
        "flow_data": {"city": "Rome"},
        "flow_draft": True,
    }
    assert send(call, "flow", options=options)["action"] == {
        "name": "flow",
        "parameters": {
            "flow_message_version": "3",
            "flow_id": "123456",
            "flow_cta": "Book",
            "flow_token": "tok",
            "mode": "draft",
            "flow_action": "navigate",
            "flow_action_payload": {"screen": "DATES", "data": {"city": "Rome"}},
        },
    }


@pytest.mark.parametrize(
    ("kind", "more", "argument"),
    [
        ("buttons", {}, "options.buttons"),
        ("buttons", {"options": {"buttons": [YES, YES]}}, "options.buttons"),
        ("buttons", {"options": {"buttons": [YES, {"id": "2", "title": "Yes"}]}}, "options.buttons"),
        ("buttons", {"options": {"buttons": [YES] * 4}}, "options.buttons"),
        ("buttons", {"options": {"buttons": [{"id": "1", "title": "x" * 21}]}}, "options.buttons[0].title"),
        ("buttons", {"options": {"buttons": [YES]}, "header": "x" * 61}, "header"),
        (
            "buttons",
            {
                "options": {"buttons": [YES]},
                "header": "x",
                "header_media": {"kind": "image", "file": "123456"},
            },
            "header_media",
        ),
        ("list", {"options": {"sections": [{"rows": [ROW]}]}}, "options.label"),
        (
            "list",
            {"options": {"label": "x" * 21, "sections": [{"rows": [ROW]}]}},
            "options.label",
        ),
        ("list", {"options": {"label": "x", "sections": [{"rows": [ROW, ROW]}]}}, "options.sections"),
        (
            "list",
            {"options": {"label": "x", "sections": [{"rows": [ROW]}, {"rows": [{"id": "2", "title": "b"}]}]}},
            "options.sections",
        ),
        (
            "list",
            {
                "options": {
                    "label": "x",
                    "sections": [
                        {"title": t, "rows": [{"id": f"{t}{i}", "title": "a"} for i in range(6)]}
                        for t in "ab"
                    ],
                }
            },
            "options.sections",
        ),
        (
            "list",
            {
                "options": {"label": "x", "sections": [{"rows": [ROW]}]},
                "header_media": {"kind": "image", "file": "123456"},
            },
            "header_media",
        ),
        ("cta_url", {"options": {"label": "x"}}, "options.url"),
        ("cta_url", {"options": {"label": "x", "url": "javascript:alert(1)"}}, "options.url"),
        ("location_request", {"header": "x"}, "header"),
        ("location_request", {"footer": "x"}, "footer"),
        ("flow", {"options": {"label": "x"}}, "options.flow_id"),
        ("flow", {"options": {"label": "x", "flow_id": "1", "flow_data": {"a": 1}}}, "options.flow_screen"),
        ("poll", {}, "kind"),
    ],
)
def test_what_does_not_fit_the_kind_is_refused_before_anything_is_asked(
    kind: str, more: dict[str, Any], argument: str, call: Calling, meta: Meta
) -> None:
    with pytest.raises(InvalidArgument) as caught:
        send(call, kind, **more)
    assert caught.value.details["argument"] == argument
    assert meta.seen == []
