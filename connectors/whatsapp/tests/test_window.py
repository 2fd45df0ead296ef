"""The 24-hour window: known before Meta is asked, and told with a way out."""

from typing import Any

import pytest

from connectors.kit.testing import FakeInbox
from connectors.whatsapp.tests.conftest import Calling
from connectors.whatsapp.tests.meta import Fault, Meta, graph_error
from hermes.core.errors import WindowClosed

FREE_FORM: dict[str, dict[str, Any]] = {
    "whatsapp_send_text": {"text": "Hi"},
    "whatsapp_send_media": {"kind": "image", "file": "4490709327384033"},
    "whatsapp_send_interactive": {
        "kind": "buttons",
        "body": "Hi",
        "options": {"buttons": [{"id": "1", "title": "A"}]},
    },
    "whatsapp_send_card": {"kind": "location", "data": {"latitude": 1, "longitude": 2}},
    "whatsapp_react": {"message_id": "wamid.A", "emoji": "👍"},
}


@pytest.mark.parametrize("tool", FREE_FORM)
def test_a_closed_window_stops_every_free_form_message(tool: str, call: Calling, meta: Meta) -> None:
    call.inbox = FakeInbox(open_=False)
    with pytest.raises(WindowClosed):
        call(tool, to="+14155550123", **FREE_FORM[tool])
    assert meta.sent() == []


def test_templates_that_fit_are_named_service_first(call: Calling) -> None:
    call.inbox = FakeInbox(open_=False)
    with pytest.raises(WindowClosed) as caught:
        call("whatsapp_send_text", to="+14155550123", text="Hi")
    offered = caught.value.details["templates"]
    assert [t["name"] for t in offered] == ["order_shipped", "order_shipped", "hello_world"]
    assert offered[0]["takes"] == {"body": ["1", "2"], "buttons": {"1": "url"}}
    assert "order_shipped (en_US)" in caught.value.message


def test_a_window_that_cannot_be_helped_still_says_what_to_do(call: Calling, meta: Meta) -> None:
    call.inbox = FakeInbox(open_=False)
    meta.faults += [Fault("GET", "message_templates", status=401, body=graph_error(190, "x"))]
    with pytest.raises(WindowClosed, match="whatsapp_list_templates") as caught:
        call("whatsapp_send_text", to="+14155550123", text="Hi")
    assert caught.value.details["templates"] == []


@pytest.mark.parametrize("open_", [True, None])
def test_an_open_or_unknown_window_is_left_to_meta(open_: bool | None, call: Calling, meta: Meta) -> None:
    call.inbox = FakeInbox(open_=open_)
    call("whatsapp_send_text", to="+14155550123", text="Hi")
    assert len(meta.sent()) == 1
    assert len(meta.seen) == 1


def test_metas_own_refusal_names_templates_too(call: Calling, meta: Meta) -> None:
    meta.faults.append(Fault("POST", "/messages", status=400, body=graph_error(131047, "Re-engagement")))
    with pytest.raises(WindowClosed) as caught:
        call("whatsapp_send_text", to="+14155550123", text="Hi")
    assert caught.value.details["templates"]
    assert len(meta.sent()) == 1
