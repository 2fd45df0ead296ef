"""Access that ends is renewed: once, by whoever notices, and never at the price of one that works."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from connectors.kit.oauth import Tokens
from connectors.kit.secret import Secret
from hermes.core import clock, epoch
from hermes.core.errors import NotConnected
from hermes.core.http import HttpClient
from tenants import connections, credentials
from tenants.belongings import models_of_customers, rows_of
from tenants.models import Connection
from tenants.oauth import leases, renewal
from tenants.oauth.models import OAuthGrant
from tests.support.signing_in import SignIn

TOKENS = "/2/oauth2/token"


def end_access(connection: Connection, **changes: Any) -> None:
    """Let the time of the access token be over."""
    ended = {"expires_at": clock.now() - timedelta(seconds=1), "issued_at": clock.now() - timedelta(hours=3)}
    OAuthGrant.objects.of(connection.customer_id).filter(connection=connection).update(**ended, **changes)
    epoch.raise_epoch(connection.customer.public_id)


def grant_of(connection: Connection) -> OAuthGrant:
    return OAuthGrant.objects.of(connection.customer_id).get(connection=connection)


def refreshes(person: SignIn) -> int:
    asked = person.world.platforms.asked
    return sum(a.path == TOKENS and b"grant_type=refresh_token" in a.body for a in asked)


@pytest.fixture
def on_x(sign_in: SignIn) -> Connection:
    """acme's X account, connected by signing in."""
    made: Connection = sign_in.connect("twitter")
    sign_in.world.forget()
    return made


def call(person: SignIn, tool: str = "twitter_get_users", **arguments: Any) -> Any:
    arguments = arguments or {"usernames": ["hermes"]}
    return person.api.post(f"/api/tools/{tool}", person.person.live_key, arguments)


def test_rc06_fifty_calls_on_ended_access_make_one_refresh_and_all_succeed(
    sign_in: SignIn, on_x: Connection
) -> None:
    end_access(on_x)

    async def all_at_once() -> list[int]:
        client = sign_in.api._client
        headers = {"Authorization": f"Bearer {sign_in.person.live_key}"}
        asked = [
            client.post("/api/tools/twitter_get_users", json={"usernames": ["hermes"]}, headers=headers)
            for _ in range(50)
        ]
        return [answer.status_code for answer in await asyncio.gather(*asked)]

    assert sign_in.api.run(all_at_once(), timeout_s=60) == [200] * 50
    assert refreshes(sign_in) == 1
    assert connections.get(sign_in.customer.pk, on_x.public_id).version == on_x.version + 1


def test_rc06_two_processes_share_one_refresh_by_the_row(sign_in: SignIn, on_x: Connection) -> None:
    """Each event loop has tasks of its own, as each process has; only the row is common to both."""
    end_access(on_x)

    async def renew() -> int:
        client = HttpClient()
        held = await renewal.renew(sign_in.customer.pk, on_x.pk, seen=on_x.version, http=client)
        await client.aclose()
        return held.version

    with ThreadPoolExecutor(4) as loops:
        versions = list(loops.map(lambda _: asyncio.run(renew()), range(4)))
    assert versions == [on_x.version + 1] * 4
    assert refreshes(sign_in) == 1


def test_rc07_disconnecting_while_access_is_renewed_leaves_nothing(sign_in: SignIn, on_x: Connection) -> None:
    end_access(on_x)
    lease = leases.take(sign_in.customer.pk, on_x.pk, seen=on_x.version, is_refused=False)
    assert isinstance(lease, leases.Lease)
    connections.disconnect(sign_in.customer.pk, on_x.public_id)
    with pytest.raises(NotConnected):
        leases.keep(lease, Tokens(access_token=Secret("token-nobody-waits-for")))
    assert connections.get(sign_in.customer.pk, on_x.public_id).sealed == ""
    assert not OAuthGrant.objects.of(sign_in.customer).exists()


def test_cr06_no_token_or_secret_shows_outside_of_its_envelope(
    sign_in: SignIn, on_x: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    sign_in.begin("linkedin")
    end_access(on_x)
    assert call(sign_in).status_code == 200
    rows = [row for model in models_of_customers() for row in rows_of(model, sign_in.customer)]
    stored = " ".join(str(vars(row)) for row in rows)
    shown = stored + sign_in.api.get("/api/connections", sign_in.person.live_key).text + caplog.text
    assert [s for s in ("canary-secret", "sandbox-refresh-", "sandbox-code-", "sbx.") if s in shown] == []


def test_the_rotated_refresh_token_is_the_one_used_next(sign_in: SignIn, on_x: Connection) -> None:
    for count in (1, 2, 3):
        end_access(on_x)
        assert call(sign_in).status_code == 200
        assert refreshes(sign_in) == count


def test_a_token_refused_before_its_time_is_renewed_once_and_the_read_made_again(
    sign_in: SignIn, on_x: Connection
) -> None:
    grant = OAuthGrant.objects.of(sign_in.customer).filter(connection=on_x)
    grant.update(issued_at=clock.now() - timedelta(hours=1))
    sign_in.world.platforms.refused.add(token_of(on_x))
    assert call(sign_in).status_code == 200
    assert refreshes(sign_in) == 1


def test_a_send_refused_for_its_token_is_sent_once_with_the_new_one(
    sign_in: SignIn, on_x: Connection
) -> None:
    OAuthGrant.objects.of(sign_in.customer).update(issued_at=clock.now() - timedelta(hours=1))
    sign_in.world.platforms.refused.add(token_of(on_x))
    assert call(sign_in, "twitter_post", text="once").status_code == 200
    posts = [a for a in sign_in.world.platforms.asked if a.method == "POST" and a.path == "/2/tweets"]
    assert [token_of(on_x) in str(a.headers) for a in posts] == [False, True]


def test_a_new_token_that_is_refused_too_stops_the_account(sign_in: SignIn, on_x: Connection) -> None:
    OAuthGrant.objects.of(sign_in.customer).update(issued_at=clock.now() - timedelta(hours=1))
    sign_in.world.platforms.refused.add(token_of(on_x).rsplit(".", 2)[0])
    refused = call(sign_in)
    assert (refused.status_code, refused.json()["code"]) == (409, "needs_reauth")
    assert refreshes(sign_in) == 1
    assert connections.get(sign_in.customer.pk, on_x.public_id).status == "needs_reauth"
    sign_in.world.forget()
    assert call(sign_in).json()["code"] == "needs_reauth"
    assert sign_in.world.platforms.asked == []


def test_a_dead_grant_stops_the_account_when_its_access_has_ended(sign_in: SignIn, on_x: Connection) -> None:
    end_access(on_x)
    sign_in.world.platforms.script.append((400, {}, {"error": "invalid_request"}))
    assert call(sign_in).json()["code"] == "needs_reauth"
    stopped = connections.get(sign_in.customer.pk, on_x.public_id)
    assert stopped.status == "needs_reauth"
    assert "connect the account again" in stopped.status_reason


def test_a_working_token_is_never_dropped_for_a_failed_refresh(sign_in: SignIn, on_x: Connection) -> None:
    soon = {"expires_at": clock.now() + timedelta(seconds=30), "issued_at": clock.now() - timedelta(hours=1)}
    OAuthGrant.objects.of(sign_in.customer).update(**soon)
    failures: tuple[Any, ...] = ("cut", (503, {}, {}), (400, {}, {"error": "invalid_grant"}))
    for failure in failures:
        OAuthGrant.objects.of(sign_in.customer).update(renew_at=clock.now(), failures=0)
        raise_epoch(on_x)
        sign_in.world.platforms.script.append(failure)
        assert call(sign_in).status_code == 200
    grant = grant_of(on_x)
    assert (grant.renew_at, connections.get(sign_in.customer.pk, on_x.public_id).status) == (None, "active")
    assert "connect it again before" in grant.notice


def test_an_outage_of_the_token_address_is_told_as_such_and_not_hammered(
    sign_in: SignIn, on_x: Connection
) -> None:
    end_access(on_x)
    sign_in.world.platforms.script.append((503, {}, {}))
    codes = [call(sign_in).json()["code"] for _ in range(3)]
    assert codes == ["platform_unavailable"] * 3
    assert refreshes(sign_in) == 1
    OAuthGrant.objects.of(sign_in.customer).update(renew_at=clock.now())
    assert call(sign_in).status_code == 200


def test_an_app_the_platform_refuses_does_not_cost_the_account(
    sign_in: SignIn, on_x: Connection, settings: Any
) -> None:
    end_access(on_x)
    apps = settings.OAUTH_APPS
    settings.OAUTH_APPS = {**apps, "TWITTER": {**apps["TWITTER"], "client_secret": "wrong"}}
    assert call(sign_in).json()["code"] == "not_allowed_by_platform"
    assert connections.get(sign_in.customer.pk, on_x.public_id).status == "active"


def test_a_lease_whose_holder_died_is_taken_over_and_a_late_holder_writes_nothing(
    sign_in: SignIn, on_x: Connection
) -> None:
    end_access(on_x)
    dead = leases.take(sign_in.customer.pk, on_x.pk, seen=on_x.version, is_refused=False)
    assert isinstance(dead, leases.Lease)
    assert leases.take(sign_in.customer.pk, on_x.pk, seen=on_x.version, is_refused=False) is None
    OAuthGrant.objects.of(sign_in.customer).update(leased_until=clock.now() - timedelta(seconds=1))
    assert call(sign_in).status_code == 200
    renewed = connections.get(sign_in.customer.pk, on_x.public_id)
    held = leases.keep(dead, Tokens(access_token=Secret("late-token-of-the-dead")))
    assert held.version == renewed.version
    assert connections.get(sign_in.customer.pk, on_x.public_id).sealed == renewed.sealed


def test_a_stranger_renews_nothing(
    sign_in: SignIn, on_x: Connection, make_sign_in: Callable[..., SignIn]
) -> None:
    stranger = make_sign_in("globex")
    with pytest.raises(NotConnected):
        leases.take(stranger.customer.pk, on_x.pk, seen=on_x.version, is_refused=False)


def token_of(connection: Connection) -> str:
    """The access token that is stored now."""
    stored = credentials.of_connection(connections.get(connection.customer_id, connection.public_id))
    return stored.dump()["access_token"]


def raise_epoch(connection: Connection) -> None:
    epoch.raise_epoch(connection.customer.public_id)
