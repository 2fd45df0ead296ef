"""What an HTTP status means, how long to wait, and where a credential may go."""

from email.utils import format_datetime

import pytest

from connectors.kit.hosts import may_receive
from connectors.kit.params import moment
from connectors.kit.statuses import error_of_status, retry_after_s
from connectors.kit.testing import answer
from hermes.core import clock
from hermes.core.errors import InvalidArgument


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (301, "platform_rejected"),
        (400, "platform_rejected"),
        (401, "needs_reauth"),
        (403, "not_allowed_by_platform"),
        (404, "not_found"),
        (410, "not_found"),
        (413, "too_large"),
        (422, "platform_rejected"),
        (429, "rate_limited"),
        (500, "platform_unavailable"),
        (599, "platform_unavailable"),
    ],
)
def test_a_status_has_one_meaning(status: int, code: str) -> None:
    error = error_of_status("The mast", answer(status, {"secret": "upstream"}))
    assert error.code == code
    assert error.message.startswith("The mast ")
    assert "upstream" not in error.message


@pytest.mark.parametrize(
    ("value", "seconds"), [("0", 0.0), ("7", 7.0), ("99999999999", 86_400.0), ("", None), ("soon", None)]
)
def test_retry_after_is_read_in_seconds(value: str, seconds: float | None) -> None:
    assert retry_after_s(answer(429, headers={"retry-after": value})) == seconds


def test_retry_after_is_read_as_a_date() -> None:
    at = clock.parse("2090-01-01T00:00:00Z")
    assert retry_after_s(answer(429, headers={"retry-after": format_datetime(at, usegmt=True)})) == 86_400.0
    past = format_datetime(clock.parse("2020-01-01T00:00:00Z"), usegmt=True)
    assert retry_after_s(answer(429, headers={"retry-after": past})) == 0.0


def test_a_limit_without_a_time_has_a_default() -> None:
    assert error_of_status("The mast", answer(429)).retry_after_s == 30.0


BASE = "https://api.example.com"
HOSTS = ("files.example.net", "*.cdn.example.net")


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://api.example.com/x", True),
        ("https://files.example.net/x?y=1", True),
        ("https://a.cdn.example.net/x", True),
        ("https://a.b.cdn.example.net/x", True),
        ("https://cdn.example.net/x", False),
        ("https://evilcdn.example.net/x", False),
        ("https://files.example.net.evil.example/x", False),
        ("http://files.example.net/x", False),
        ("https://files.example.net:8443/x", False),
        ("https://files.example.net@evil.example/x", False),
        ("https://u:p@files.example.net/x", False),
        ("https://evil.example/https://files.example.net", False),
        ("https://api.example.com:444/x", False),
        ("https://[::1/x", False),
        ("", False),
    ],
)
def test_a_credential_goes_to_named_hosts_only(url: str, allowed: bool) -> None:
    assert may_receive(url, hosts=HOSTS, base=BASE) is allowed


def test_a_loopback_base_is_its_own_origin_only() -> None:
    base = "http://127.0.0.1:9301"
    assert may_receive("http://127.0.0.1:9301/media/1", hosts=(), base=base)
    assert not may_receive("http://127.0.0.1:9302/media/1", hosts=(), base=base)


def test_a_time_argument_is_read_or_refused_by_name() -> None:
    assert moment(None, "since") is None
    assert moment("2026-11-22T10:00:00+02:00", "since") == clock.parse("2026-11-22T08:00:00Z")
    with pytest.raises(InvalidArgument, match="'since'"):
        moment("yesterday", "since")
