"""A receiver that redirects, cuts, stalls, or leads where nobody may go."""

import socket
import threading
from typing import Any

import pytest
import time_machine

from hermes.core import clock
from inbox.forwarding import sending
from inbox.tests.conftest import Line
from inbox.tests.forwarding.conftest import Hook, forward


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_ss05_a_redirect_is_a_failure_and_is_not_followed(hook: Hook, shop: Line, status: int) -> None:
    hook.receiver.script.append((status, {"Location": f"{hook.receiver.base}/elsewhere"}, {}))
    shop.receive(shop.message("wamid.1"))
    forward()
    assert [asked.path.split("/")[1] for asked in hook.receiver.asked] == ["hook"]
    assert hook.log[0]["attempts"][0]["status"] == status
    assert hook.log[0]["state"] == "pending"


def test_one_that_does_not_answer_is_not_asked_for_each_event_that_waits(hook: Hook, shop: Line) -> None:
    hook.receiver.script.extend(["cut"] * 3)
    for number in range(5):
        shop.receive(shop.message(f"wamid.{number}", number))
    with time_machine.travel(clock.now(), tick=False) as traveller:
        for asked in (1, 2, 3):
            forward()
            assert len(hook.receiver.asked) == asked
            traveller.shift(5)
        forward()
    assert len(hook.receiver.asked) == 8
    assert [row["state"] for row in hook.log] == ["delivered"] * 5


def test_a_connection_that_is_cut_is_a_failure_with_no_status(hook: Hook, shop: Line) -> None:
    hook.receiver.script.append("cut")
    shop.receive(shop.message("wamid.1"))
    forward()
    [attempt] = hook.log[0]["attempts"]
    assert (attempt["status"], attempt["error"]) == (None, "no_answer")


@pytest.mark.parametrize("body", ["endless", "none"])
def test_ss09_only_the_head_of_an_answer_is_waited_for(
    hook: Hook, shop: Line, settings: Any, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    """One that never ends its answer has taken the event; one that never answers holds its own line only."""
    if body == "none":
        monkeypatch.setattr(sending, "DEADLINE_S", 1.0)
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n" if body == "endless" else b""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        settings.EGRESS_ALLOW = [*settings.EGRESS_ALLOW, f"127.0.0.1:{port}"]
        hook.request("PATCH", "", {"url": f"http://127.0.0.1:{port}/"})
        shop.receive(shop.message("wamid.1"))

        def answer() -> None:
            taken.append(listening.accept()[0])
            taken[0].recv(65_536)
            taken[0].sendall(head)

        taken: list[socket.socket] = []
        thread = threading.Thread(target=answer)
        thread.start()
        forward()
        thread.join(10)
        taken[0].close()
    [attempt] = hook.log[0]["attempts"]
    assert (attempt["status"], attempt["error"]) == ((200, "") if head else (None, "no_answer"))


@pytest.mark.parametrize(
    "answers", [["127.0.0.1"], ["93.184.215.14", "10.0.0.1"], ["::ffff:169.254.169.254"]]
)
def test_ss04_a_name_that_leads_elsewhere_later_gets_no_packet(
    hook: Hook, shop: Line, monkeypatch: pytest.MonkeyPatch, answers: list[str]
) -> None:
    """Public when it was saved, inner when it is asked: rebinding."""
    real = socket.getaddrinfo
    answer = ["93.184.215.14"]

    def lookup(host: str, port: int, *args: Any, **options: Any) -> Any:
        names = answer if host == "hooks.example" else [host]
        return [entry for name in names for entry in real(name, port, *args, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    hook.request("PATCH", "", {"url": "https://hooks.example/x"})
    answer[:] = answers
    connected: list[Any] = []
    monkeypatch.setattr(
        "hermes.core.http_sync._Timed.connect", lambda *given: connected.append(given), raising=False
    )
    shop.receive(shop.message("wamid.1"))
    forward()
    assert connected == []
    assert hook.receiver.asked == []
    [attempt] = hook.log[0]["attempts"]
    assert (attempt["status"], attempt["error"]) == (None, "unreachable")


def test_an_exception_for_the_operator_is_none_for_a_customer(hook: Hook, shop: Line, settings: Any) -> None:
    base = hook.receiver.base
    settings.EGRESS_ALLOW = []
    settings.OPERATOR_BASES = frozenset({base})
    refused = hook.api.post("/api/webhooks", hook.key, {"url": f"{base}/x"})
    assert (refused.status_code, refused.json()["argument"]) == (422, "url")
    shop.receive(shop.message("wamid.1"))
    forward()
    assert hook.receiver.asked == []
    assert hook.log[0]["attempts"][0]["error"] == "unreachable"
