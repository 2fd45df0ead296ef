"""When an account is left alone, and how that shows in the metrics."""

import re

import pytest

from connectors.kit import meta, statuses
from connectors.kit.context import HttpResponse
from connectors.kit.patience import FAILURES, PROBE_S, Patience
from connectors.kit.testing import answer
from connectors.registry import all_connectors
from hermes.core import metrics
from hermes.core.errors import HermesError, PlatformUnavailable


class Clock:
    """Seconds that pass when they are told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def is_asked(patience: Patience) -> bool:
    try:
        patience.check()
    except HermesError:
        return False
    return True


def open_breakers() -> float:
    found = re.search(r'^hermes_breakers_open\{platform="somewhere"\} (\S+)', metrics.render().decode(), re.M)
    return float(found[1]) if found else 0.0


def test_half_of_the_last_twenty_failures_are_too_many() -> None:
    patience = Patience("somewhere", Clock())
    for number in range(2 * FAILURES - 1):
        assert is_asked(patience)
        patience.answered() if number % 2 else patience.failed()
    with pytest.raises(PlatformUnavailable):
        patience.check()


def test_fewer_than_half_are_borne() -> None:
    patience = Patience("somewhere", Clock())
    for number in range(10 * FAILURES):
        assert is_asked(patience)
        patience.failed() if number % 5 < 2 else patience.answered()


def test_a_failed_probe_keeps_the_rest_away_and_an_answered_one_lets_all_in() -> None:
    clock = Clock()
    patience = Patience("somewhere", clock)
    for _ in range(FAILURES):
        patience.failed()
    for _ in range(3):
        clock.now += PROBE_S
        assert [is_asked(patience) for _ in range(3)] == [True, False, False]
        patience.failed()
    clock.now += PROBE_S
    assert is_asked(patience)
    patience.answered()
    assert all(is_asked(patience) for _ in range(3))


def test_a_probe_whose_caller_left_is_followed_by_another() -> None:
    clock = Clock()
    patience = Patience("somewhere", clock)
    for _ in range(FAILURES):
        patience.failed()
    for _ in range(2):
        clock.now += PROBE_S
        assert is_asked(patience)


def test_a_shorter_wait_does_not_end_a_longer_one() -> None:
    clock = Clock()
    patience = Patience("somewhere", clock)
    patience.limited(30.0)
    patience.limited(1.0)
    clock.now = 29.9
    assert not is_asked(patience)
    clock.now = 30.0
    assert is_asked(patience)


def test_the_gauge_counts_open_breakers_and_forgets_those_that_are_gone() -> None:
    patience, before = Patience("somewhere", Clock()), open_breakers()
    for _ in range(2 * FAILURES):
        patience.failed()
    assert open_breakers() == before + 1
    del patience
    assert open_breakers() == before


@pytest.mark.parametrize(
    ("slug", "response", "wait_s"),
    [
        ("linkedin", answer(429, {}, {"retry-after": "30"}), 30.0),
        ("linkedin", answer(429, {}), None),
        ("linkedin", answer(503, {}, {"retry-after": "300"}), None),
        ("twitter", answer(429, {}, {"x-rate-limit-reset": "4102444800"}), None),
        ("telegram", answer(429, {"ok": False, "parameters": {"retry_after": 35}}), 35.0),
        ("telegram", answer(429, {}, {"retry-after": "5"}), 5.0),
        ("telegram", answer(400, {"parameters": {"retry_after": 35}}), None),
        ("discord", answer(429, {"retry_after": 0.5, "global": True}), 0.5),
        ("discord", answer(429, {"retry_after": 30.5, "global": False}, {"retry-after": "31"}), None),
        ("discord", answer(429, b"<html>", {"retry-after": "60"}), 60.0),
    ],
)
def test_a_wait_is_the_accounts_where_the_platform_says_no_less(
    slug: str, response: HttpResponse, wait_s: float | None
) -> None:
    assert all_connectors()[slug].silence_s(response) == wait_s


@pytest.mark.parametrize("slug", ["whatsapp", "instagram"])
def test_meta_counts_the_wait_of_an_account_in_minutes(slug: str) -> None:
    usage = {"1234": [{"type": "whatsapp", "call_count": 100, "estimated_time_to_regain_access": 19}]}
    header = {"x-business-use-case-usage": _encoded(usage)}
    assert all_connectors()[slug].silence_s(answer(400, {}, header)) == 19 * 60.0
    assert meta.silence_s(answer(400, {})) is None
    assert statuses.silence_s(answer(400, {}, header)) is None


def _encoded(value: object) -> str:
    return answer(200, value).body.decode()
