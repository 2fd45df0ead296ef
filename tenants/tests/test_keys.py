"""Keys: issued within limits, found by their text only, rotated, revoked."""

import dataclasses
import statistics
import time
from datetime import timedelta
from typing import Any

import pytest
from django.core import serializers

from hermes.core import clock
from hermes.core.errors import (
    Conflict,
    Forbidden,
    HermesError,
    InsufficientScope,
    InvalidArgument,
    NotFound,
    PlanLimit,
    Unauthenticated,
)
from tenants import actors, key_format, keys
from tenants.key_limits import Limits
from tenants.models import ApiKey
from tenants.roles import EVERY_SCOPE
from tenants.tests.conftest import acts


def refusal(presented: str) -> str:
    with pytest.raises(Unauthenticated) as refused:
        keys.load_principal(presented)
    return refused.value.message


def wrong_secret(key: str) -> str:
    """A well-formed key with the id of `key` and another secret."""
    other = key_format.mint("live").signed.rsplit("_", 1)[1]
    return dataclasses.replace(key_format.parse(key), signed=key.rsplit("_", 1)[0] + "_" + other).whole


def test_a_new_key_reads_unless_more_is_asked_for(acme: Any) -> None:
    issued = keys.issue(acme.customer.pk, name="reader", mode="live")
    assert keys.load_principal(issued.text).scopes == {"tools:read"}


def test_a_principal_carries_the_limits_of_its_key(acme: Any) -> None:
    limits = Limits(
        scopes=["tools:read", "tools:write"],
        tools=["probe_echo"],
        profile="full",
        addresses=["203.0.113.7/24", "2001:db8::1"],
        expires_at=clock.now() + timedelta(days=1),
    )
    issued = keys.issue(acme.customer.pk, name="limited", mode="live", limits=limits)
    principal = keys.load_principal(issued.text)
    assert principal.kind == "key"
    assert principal.credential_id == issued.key.public_id
    assert principal.scopes == {"tools:read", "tools:write"}
    assert principal.tools == frozenset({"probe_echo"})
    assert principal.profile == "full"
    assert principal.addresses == ("203.0.113.0/24", "2001:db8::1/128")
    assert principal.expires_at == limits.expires_at


@pytest.mark.parametrize(
    "limits",
    [
        Limits(scopes=["tools:everything"]),
        Limits(tools=["rm -rf"]),
        Limits(profile="admin"),
        Limits(addresses=["300.1.1.1"]),
        Limits(addresses=["203.0.113.1"] * 51),
        Limits(expires_at=clock.now() - timedelta(seconds=1)),
    ],
)
def test_limits_that_make_no_sense_are_refused(acme: Any, limits: Limits) -> None:
    with pytest.raises(InvalidArgument):
        keys.issue(acme.customer.pk, name="odd", mode="live", limits=limits)


@pytest.mark.parametrize("name", ["", "   ", "a" * 101, "line\nbreak", "\u202eevil"])
def test_a_key_has_a_name_one_can_read(acme: Any, name: str) -> None:
    with pytest.raises(InvalidArgument):
        keys.issue(acme.customer.pk, name=name, mode="live")


def test_au03_an_unknown_id_and_a_wrong_secret_are_refused_alike(acme: Any) -> None:
    unknown, wrong = key_format.mint("live").whole, wrong_secret(acme.live_key)
    assert refusal(unknown) == refusal(wrong)

    took: dict[str, list[float]] = {unknown: [], wrong: []}
    for presented in [unknown, wrong] * 200:
        started = time.perf_counter()
        refusal(presented)
        took[presented].append((time.perf_counter() - started) * 1000)
    assert abs(statistics.median(took[unknown]) - statistics.median(took[wrong])) <= 0.5


def test_au04_what_the_database_holds_opens_nothing(acme: Any) -> None:
    row = ApiKey.objects.of(acme.customer).get(mode="live")
    stolen = dataclasses.replace(
        key_format.parse(acme.live_key), signed=f"hms_live_{row.lookup}_{row.mac[:43]}"
    )
    for presented in (row.mac, f"hms_live_{row.lookup}_{row.mac}", stolen.whole):
        refusal(presented)


def test_the_mode_in_a_key_cannot_be_changed(acme: Any) -> None:
    parsed = key_format.parse(acme.test_key)
    refusal(dataclasses.replace(parsed, signed=parsed.signed.replace("hms_test_", "hms_live_")).whole)


def test_au12_the_text_of_a_key_is_kept_nowhere(acme: Any) -> None:
    issued = keys.issue(acme.customer.pk, name="once", mode="live")
    dump = serializers.serialize("json", ApiKey.objects.of(acme.customer))
    secret = key_format.parse(issued.text).signed.rsplit("_", 1)[1]
    assert issued.key.public_id in dump
    assert secret not in dump
    assert secret not in repr(issued)


def test_a_revoked_key_is_refused_and_revoking_again_changes_nothing(acme: Any) -> None:
    issued = keys.issue(acme.customer.pk, name="short", mode="live")
    keys.revoke(acme.customer.pk, issued.key.public_id)
    revoked_at = keys.revoke(acme.customer.pk, issued.key.public_id).revoked_at
    assert refusal(issued.text) == key_format.UNKNOWN
    assert keys.get(acme.customer.pk, issued.key.public_id).revoked_at == revoked_at
    assert acts(acme.customer)[-2:] == ["key.issued", "key.revoked"]


def test_an_expired_key_is_refused(acme: Any) -> None:
    ends = clock.now() + timedelta(seconds=30)
    issued = keys.issue(acme.customer.pk, name="short", mode="live", limits=Limits(expires_at=ends))
    assert keys.load_principal(issued.text).expires_at == ends
    ApiKey.objects.of(acme.customer).filter(pk=issued.key.pk).update(expires_at=clock.now())
    assert refusal(issued.text) == key_format.UNKNOWN


def test_au07_both_keys_work_until_the_overlap_ends(acme: Any) -> None:
    old = keys.issue(acme.customer.pk, name="ci", mode="live", limits=Limits(tools=["probe_echo"]))
    new = keys.rotate(acme.customer.pk, old.key.public_id)
    for text in (new.text, old.text):
        assert keys.load_principal(text).tools == frozenset({"probe_echo"})
    ends = keys.get(acme.customer.pk, old.key.public_id).expires_at
    assert ends is not None
    assert abs(ends - clock.now() - timedelta(hours=24)) < timedelta(minutes=1)
    ApiKey.objects.of(acme.customer).filter(pk=old.key.pk).update(expires_at=clock.now())
    refusal(old.text)
    assert keys.load_principal(new.text).credential_id == new.key.public_id
    detail = acme.customer.audit_entries.filter(action="key.rotated").get().detail
    assert old.key.public_id in detail
    assert new.key.public_id in detail


def test_a_key_rotated_without_overlap_ends_at_once(acme: Any) -> None:
    old = keys.issue(acme.customer.pk, name="leaked", mode="live")
    keys.rotate(acme.customer.pk, old.key.public_id, overlap=timedelta())
    refusal(old.text)


@pytest.mark.parametrize("overlap", [timedelta(seconds=-1), timedelta(days=7, seconds=1)])
def test_an_overlap_beyond_seven_days_is_refused(acme: Any, overlap: timedelta) -> None:
    issued = keys.issue(acme.customer.pk, name="ci", mode="live")
    with pytest.raises(InvalidArgument):
        keys.rotate(acme.customer.pk, issued.key.public_id, overlap=overlap)


def test_a_key_is_rotated_once_and_never_after_its_end(acme: Any) -> None:
    old = keys.issue(acme.customer.pk, name="ci", mode="live")
    new = keys.rotate(acme.customer.pk, old.key.public_id)
    keys.revoke(acme.customer.pk, new.key.public_id)
    for ended in (old, new):
        with pytest.raises(Conflict):
            keys.rotate(acme.customer.pk, ended.key.public_id)


def test_a_successor_lives_as_long_as_its_forerunner_was_to(acme: Any) -> None:
    month = Limits(expires_at=clock.now() + timedelta(days=30))
    old = keys.issue(acme.customer.pk, name="ci", mode="live", limits=month)
    new = keys.rotate(acme.customer.pk, old.key.public_id)
    assert new.key.expires_at is not None
    assert abs(new.key.expires_at - clock.now() - timedelta(days=30)) < timedelta(minutes=1)


def test_a_plan_has_so_many_keys_and_rotation_needs_no_room(make_customer: Any) -> None:
    free = make_customer("acme", plan="free")
    made = [keys.issue(free.customer.pk, name=f"k{i}", mode="live") for i in range(2)]
    with pytest.raises(PlanLimit):
        keys.issue(free.customer.pk, name="one more", mode="live")
    keys.rotate(free.customer.pk, made[0].key.public_id)
    keys.revoke(free.customer.pk, made[1].key.public_id)
    keys.issue(free.customer.pk, name="one more", mode="live")


def of(key: str) -> actors.Actor:
    return actors.of_key(keys.load_principal(key), surface="rest")


def test_nobody_gives_a_key_what_they_do_not_have(acme: Any) -> None:
    some = Limits(scopes=["manage"])
    maker = of(keys.issue(acme.customer.pk, name="maker", mode="live", limits=some).text)
    with pytest.raises(Forbidden):
        keys.issue(acme.customer.pk, name="more", mode="live", limits=Limits(scopes=EVERY_SCOPE), by=maker)
    strong = ApiKey.objects.of(acme.customer).get(name="First live key")
    with pytest.raises(Forbidden):
        keys.rotate(acme.customer.pk, strong.public_id, by=maker)


@pytest.mark.parametrize(
    "limits",
    [
        Limits(scopes=EVERY_SCOPE, tools=["probe_echo"]),
        Limits(scopes=EVERY_SCOPE, profile="read-only"),
        Limits(scopes=EVERY_SCOPE, addresses=["203.0.113.0/24"]),
        Limits(scopes=EVERY_SCOPE - {"manage"}),
    ],
)
def test_a_limited_key_makes_no_keys(acme: Any, limits: Limits) -> None:
    maker = of(keys.issue(acme.customer.pk, name="limited", mode="live", limits=limits).text)
    with pytest.raises(InsufficientScope) as refused:
        keys.issue(acme.customer.pk, name="free of limits", mode="live", by=maker)
    assert refused.value.details == {"scope": "manage"}


def test_a_test_key_reaches_no_live_key(acme: Any) -> None:
    live = ApiKey.objects.of(acme.customer).get(mode="live")
    tester = of(acme.test_key)
    acts_on_live: list[Any] = [
        lambda: keys.issue(acme.customer.pk, name="up", mode="live", by=tester),
        lambda: keys.rotate(acme.customer.pk, live.public_id, by=tester),
        lambda: keys.revoke(acme.customer.pk, live.public_id, by=tester),
    ]
    for act in acts_on_live:
        with pytest.raises(Forbidden):
            act()
    assert keys.issue(acme.customer.pk, name="beside", mode="test", by=tester).key.mode == "test"
    assert keys.load_principal(acme.live_key).credential_id == live.public_id


def test_te01_a_strangers_key_answers_as_one_that_never_was(acme: Any, globex: Any) -> None:
    foreign = ApiKey.objects.of(globex.customer).get(mode="live").public_id
    unknown = "key_" + "0" * 26

    def answers(act: Any) -> list[tuple[type, str]]:
        told = []
        for public_id in (foreign, unknown, "nonsense", "key_", foreign.lower()):
            with pytest.raises(HermesError) as refused:
                act(acme.customer.pk, public_id)
            told.append((type(refused.value), refused.value.message))
        return told

    for act in (keys.get, keys.rotate, keys.revoke):
        assert set(answers(act)) == {
            (NotFound, "There is no such key. List the keys and use an id from that list.")
        }
    assert keys.load_principal(globex.live_key).credential_id == foreign


def test_the_last_use_is_noted_at_most_once_a_minute(acme: Any) -> None:
    def last_used() -> Any:
        return ApiKey.objects.of(acme.customer).get(mode="live").last_used_at

    keys.load_principal(acme.live_key)
    first = last_used()
    keys.load_principal(acme.live_key)
    assert first is not None
    assert last_used() == first
    ApiKey.objects.of(acme.customer).update(last_used_at=first - timedelta(seconds=61))
    keys.load_principal(acme.live_key)
    assert last_used() >= first
