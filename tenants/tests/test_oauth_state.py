"""Who may come back from a platform, when, and how often (R-35)."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from hermes.core import clock
from hermes.core.errors import InsufficientScope, NotAllowedByPlatform
from tenants.models import Connection, Membership
from tenants.oauth import attempts, connecting
from tenants.oauth.attempts import AttemptRefused
from tenants.oauth.models import ConnectAttempt
from tenants.tests.conftest import acts
from tests.support.signing_in import SignIn, state_of


def live(person: SignIn) -> int:
    return Connection.objects.of(person.customer).filter(platform="linkedin").count()


@pytest.mark.parametrize("state", [None, "", "x" * 43, "\udce9"])
def test_oa15_a_state_that_is_missing_or_unknown_is_refused(sign_in: SignIn, state: str | None) -> None:
    told = sign_in.allow("linkedin", sign_in.begin("linkedin"))
    told = {"code": told["code"]} if state is None else told | {"state": state}
    with pytest.raises(AttemptRefused) as refused:
        connecting.finish(sign_in.user.pk, "linkedin", told)
    assert refused.value.status == 400
    assert live(sign_in) == 0


def test_oa15_another_users_state_is_refused_and_stays_the_owners(
    sign_in: SignIn, make_sign_in: Callable[..., SignIn]
) -> None:
    stranger = make_sign_in("globex")
    told = sign_in.allow("linkedin", sign_in.begin("linkedin"))
    with pytest.raises(AttemptRefused):
        connecting.finish(stranger.user.pk, "linkedin", told)
    waiting = connecting.finish(sign_in.user.pk, "linkedin", told)
    for look in (connecting.pending, connecting.cancel):
        with pytest.raises(AttemptRefused):
            look(stranger.user.pk, waiting.id)
    with pytest.raises(AttemptRefused):
        connecting.confirm(stranger.user.pk, waiting.id, account=next(iter(waiting.accounts)))
    assert live(sign_in) == live(stranger) == 0


def test_oa15_a_state_is_good_once(sign_in: SignIn) -> None:
    told = sign_in.allow("linkedin", sign_in.begin("linkedin"))
    waiting = connecting.finish(sign_in.user.pk, "linkedin", told)
    with pytest.raises(AttemptRefused):
        connecting.finish(sign_in.user.pk, "linkedin", told)
    made = connecting.confirm(sign_in.user.pk, waiting.id, account=next(iter(waiting.accounts)))
    with pytest.raises(AttemptRefused):
        connecting.confirm(sign_in.user.pk, waiting.id, account=made.external_id)
    assert live(sign_in) == 1
    assert not ConnectAttempt.objects.of(sign_in.customer).exists()


def test_oa15_a_state_is_good_for_ten_minutes_and_for_its_platform(sign_in: SignIn) -> None:
    told = sign_in.allow("linkedin", sign_in.begin("linkedin"))
    with pytest.raises(AttemptRefused):
        connecting.finish(sign_in.user.pk, "twitter", told)
    late = ConnectAttempt.objects.of(sign_in.customer)
    assert late.get().expires_at - late.get().created_at == timedelta(minutes=10)
    late.update(expires_at=clock.now() - timedelta(seconds=1))
    with pytest.raises(AttemptRefused):
        connecting.finish(sign_in.user.pk, "linkedin", told)
    assert attempts.forget_expired() >= 1
    assert live(sign_in) == 0


def test_a_state_has_256_bits_and_is_kept_as_a_digest_only(sign_in: SignIn) -> None:
    states = {state_of(sign_in.begin("twitter")) for _ in range(3)}
    assert {len(state) for state in states} == {43}
    kept = " ".join(str(vars(row)) for row in ConnectAttempt.objects.of(sign_in.customer))
    assert not [state for state in states if state in kept]


def test_a_person_has_twenty_open_attempts_at_most(sign_in: SignIn) -> None:
    first = sign_in.begin("linkedin")
    for _ in range(attempts.LIMIT_OPEN):
        sign_in.begin("linkedin")
    assert ConnectAttempt.objects.of(sign_in.customer).count() == attempts.LIMIT_OPEN
    with pytest.raises(AttemptRefused):
        connecting.finish(sign_in.user.pk, "linkedin", sign_in.allow("linkedin", first))


def test_who_refuses_at_the_platform_connects_nothing(sign_in: SignIn) -> None:
    told = {"error": "access_denied", "state": state_of(sign_in.begin("linkedin"))}
    with pytest.raises(NotAllowedByPlatform):
        connecting.finish(sign_in.user.pk, "linkedin", told)
    assert acts(sign_in.customer)[-1] == "connection.refused"
    assert live(sign_in) == 0


def test_who_lost_the_right_meanwhile_connects_nothing(sign_in: SignIn) -> None:
    waiting = sign_in.finish("linkedin", sign_in.begin("linkedin"))
    mine = Membership.objects.of(sign_in.customer).filter(user=sign_in.user)
    mine.update(role=Membership.Role.VIEWER)
    with pytest.raises(InsufficientScope):
        connecting.confirm(sign_in.user.pk, waiting.id, account=next(iter(waiting.accounts)))
    with pytest.raises(InsufficientScope):
        sign_in.begin("linkedin")
    mine.delete()
    with pytest.raises(AttemptRefused):
        connecting.confirm(sign_in.user.pk, waiting.id, account=next(iter(waiting.accounts)))
    assert live(sign_in) == 0
