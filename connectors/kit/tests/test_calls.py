"""The one rule for calling a platform (R-43)."""

import asyncio
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest

from connectors.kit import calls
from connectors.kit.calls import Deadline, call
from connectors.kit.context import HttpResponse
from connectors.kit.patience import Patience
from connectors.kit.statuses import error_of_status
from connectors.kit.testing import FakeHttp, Request, answer, context
from connectors.registry import all_connectors
from connectors.tests.runs import credentials_of
from hermes.core.errors import (
    HermesError,
    NeedsReauth,
    NotFound,
    OutcomeUnknown,
    PlatformUnavailable,
    RateLimited,
    TooLarge,
)
from hermes.core.http_types import CutOff, NotReached, ResponseTooLarge

Step = HttpResponse | Exception


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses a call asked for; none is taken, but an account's patience believes they were."""
    asked: list[float] = []
    monkeypatch.setattr(Patience.__init__, "__defaults__", ("", lambda: sum(asked)))

    async def note(seconds: float) -> None:
        asked.append(seconds)

    # Not `asyncio.sleep` itself: other loops of the process sleep too.
    monkeypatch.setattr(calls, "asyncio", SimpleNamespace(sleep=note))
    return asked


def test_a_read_that_is_answered_is_asked_once(pauses: list[float]) -> None:
    response, requests = ask([answer(200, {"ok": True})], sends=False)
    assert response.json() == {"ok": True}
    assert (len(requests), pauses) == (1, [])


@pytest.mark.parametrize(
    "failure", [NotReached(), CutOff(), answer(500), answer(503)], ids=["unreached", "cut", "500", "503"]
)
def test_a_read_is_tried_again_after_a_passing_fault(failure: Step, pauses: list[float]) -> None:
    response, requests = ask([failure, failure, answer(200)], sends=False)
    assert response.status == 200
    assert len(requests) == 3
    first, second = pauses
    assert 0.1 <= first <= 0.3
    assert 0.2 <= second <= 0.6


def test_a_read_gives_up_after_three_tries(pauses: list[float]) -> None:
    error, requests = refused([answer(500)] * 9, sends=False)
    assert isinstance(error, PlatformUnavailable)
    assert len(requests) == 3


def test_a_read_that_is_cut_off_thrice_is_unavailable_and_not_unknown(pauses: list[float]) -> None:
    error, _ = refused([CutOff()] * 3, sends=False)
    assert type(error) is PlatformUnavailable


def test_a_read_waits_for_a_short_retry_after(pauses: list[float]) -> None:
    response, requests = ask([answer(429, headers={"retry-after": "2"}), answer(200)], sends=False)
    assert response.status == 200
    assert pauses == [2.0]
    assert len(requests) == 2


def test_a_long_retry_after_goes_to_the_caller(pauses: list[float]) -> None:
    error, requests = refused([answer(429, headers={"retry-after": "60"})], sends=False)
    assert isinstance(error, RateLimited)
    assert error.retry_after_s == 60.0
    assert (len(requests), pauses) == (1, [])


@pytest.mark.parametrize(("status", "kind"), [(401, NeedsReauth), (404, NotFound)])
def test_a_refusal_is_not_repeated(status: int, kind: type[HermesError], pauses: list[float]) -> None:
    error, requests = refused([answer(status)], sends=False)
    assert type(error) is kind
    assert len(requests) == 1


def test_a_send_is_repeated_only_while_nothing_was_reached(pauses: list[float]) -> None:
    response, requests = ask([NotReached(), NotReached(), answer(200)], sends=True)
    assert response.status == 200
    assert len(requests) == 3


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        (CutOff(), OutcomeUnknown),
        (ResponseTooLarge(10), OutcomeUnknown),
        (answer(502), OutcomeUnknown),
        (answer(504), OutcomeUnknown),
        (answer(500), PlatformUnavailable),
        (answer(429, headers={"retry-after": "1"}), RateLimited),
    ],
    ids=["cut", "too large", "502", "504", "500", "429"],
)
def test_a_send_that_may_have_arrived_is_asked_once(
    step: Step, kind: type[HermesError], pauses: list[float]
) -> None:
    error, requests = refused([step] * 3, sends=True)
    assert type(error) is kind
    assert (len(requests), pauses) == (1, [])


def test_an_answer_that_is_too_large_is_told_to_who_reads(pauses: list[float]) -> None:
    error, requests = refused([ResponseTooLarge(10)] * 3, sends=False)
    assert isinstance(error, TooLarge)
    assert len(requests) == 1


def test_a_redirect_is_not_an_answer(pauses: list[float]) -> None:
    error, _ = refused([answer(302, headers={"location": "https://elsewhere.example.com"})], sends=False)
    assert error.code == "platform_rejected"


def test_no_try_begins_after_the_deadline(pauses: list[float]) -> None:
    error, requests = refused([answer(500)] * 3, sends=False, deadline=Deadline(0.0))
    assert isinstance(error, PlatformUnavailable)
    assert (len(requests), pauses) == (1, [])


def ask(
    steps: list[Step], *, sends: bool, deadline: Deadline | None = None
) -> tuple[HttpResponse, list[Request]]:
    """One call against a platform that takes these steps."""
    connector = all_connectors()["whatsapp"]
    http = FakeHttp(following(steps))
    ctx = context(connector, credentials_of(connector, "acme"), http)
    response = asyncio.run(
        call(
            ctx,
            "POST" if sends else "GET",
            "https://platform.example.com/thing",
            sends=sends,
            explain=lambda r: error_of_status("The platform", r),
            deadline=deadline or Deadline(),
        )
    )
    return response, http.requests


def refused(
    steps: list[Step], *, sends: bool, deadline: Deadline | None = None
) -> tuple[HermesError, list[object]]:
    """The error such a call ends in, and the steps that were taken."""
    taken: list[object] = []

    def noted() -> Iterator[Step]:
        for step in steps:
            taken.append(step)
            yield step

    with pytest.raises(HermesError) as caught:
        ask(noted(), sends=sends, deadline=deadline)  # type: ignore[arg-type]
    return caught.value, taken


def following(steps: "list[Step] | Iterator[Step]") -> Callable[[Request], HttpResponse]:
    """An answer function that takes one step for each request."""
    remaining = iter(steps)

    def step(_: Request) -> HttpResponse:
        taken = next(remaining)
        if isinstance(taken, Exception):
            raise taken
        return taken

    return step
