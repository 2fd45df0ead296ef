"""Each platform's way of letting Hermes in, against its stand-in: addresses, answers, tokens, ends."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.email.presets import PRESETS, Servers
from hermes.core import clock
from hermes.core.errors import InvalidArgument, NeedsReauth, NotAllowedByPlatform
from tenants import connections
from tenants.models import Connection
from tenants.oauth import connecting, upkeep
from tenants.oauth.models import OAuthGrant
from tenants.tests.conftest import acts
from tests.support.signing_in import SignIn

BOT = "MTA5NjE2MTMzNDAwMTg0NDI5NA.GexAmp.le_token_of_a_bot_that_does_not_exist"
WAYS = [
    ("linkedin", "LINKEDIN"),
    ("twitter", "TWITTER"),
    ("instagram", "INSTAGRAM"),
    ("whatsapp", "WHATSAPP"),
    ("discord", "DISCORD"),
    ("email", "GOOGLE"),
    ("email", "MICROSOFT"),
]
READS = {
    "linkedin": ("linkedin_get_me", {}),
    "twitter": ("twitter_get_users", {"usernames": ["hermes"]}),
    "instagram": ("instagram_get_profile", {}),
    "whatsapp": ("whatsapp_list_templates", {}),
    "discord": ("discord_list_servers", {}),
    "email": ("email_list_folders", {}),
}


@pytest.fixture(autouse=True)
def _accounts(sign_in: SignIn, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What signing in alone does not open: mail servers by name, and the operator's bot."""
    settings.OAUTH_APPS["DISCORD"]["bot_token"] = BOT
    platforms = sign_in.world.platforms
    platforms.open_account("discord", bot_token=BOT)
    # The stand-in of mail begins with TLS, as port 465 does.
    office = Servers("outlook.office365.com", 993, "smtp.office365.com", 465)
    monkeypatch.setattr("connectors.email.credentials.PRESETS", {**PRESETS, "microsoft365": office})
    for preset in (PRESETS["gmail"], office):
        hosts = {"imap_host": preset.imap_host, "smtp_host": preset.smtp_host}
        platforms.open_account("email", access_token=f"unused-{preset.imap_host}", **hosts)
    yield
    # There is one Discord server, which one customer has at a time.
    for made in connections.listed(sign_in.customer.pk).filter(platform="discord"):
        connections.disconnect(sign_in.customer.pk, made.public_id)


def read(person: SignIn, platform: str) -> Any:
    tool, arguments = READS[platform]
    return person.api.post(f"/api/tools/{tool}", person.person.live_key, arguments)


def grant_of(connection: Connection) -> OAuthGrant:
    return OAuthGrant.objects.of(connection.customer_id).get(connection=connection)


def asked_of(person: SignIn, path: str) -> list[Any]:
    return [a for a in person.world.platforms.asked if a.path.partition("?")[0].endswith(path)]


@pytest.mark.parametrize(("platform", "provider"), WAYS)
def test_signing_in_connects_an_account_that_works(sign_in: SignIn, platform: str, provider: str) -> None:
    address = sign_in.begin(platform, provider=provider)
    query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert query["redirect_uri"].endswith(f"/connect/{platform}/callback")
    assert (query["client_id"], query["response_type"]) == (f"{provider.lower()}-app", "code")
    assert "canary-secret" not in address
    waiting = sign_in.finish(platform, address)
    assert not Connection.objects.of(sign_in.customer).exclude(platform="probe").exists()
    assert (waiting.lacking, [s.name for s in waiting.refused if s.is_default]) == (
        tuple(t for s in waiting.spec.scopes if not s.is_default for t in s.tools),
        [],
    )
    chosen = next(iter(waiting.accounts))
    made = connecting.confirm(sign_in.user.pk, waiting.id, account=chosen)
    assert (made.status, made.external_id, made.mode) == ("active", chosen, "live")
    assert acts(sign_in.customer)[-1] == "connection.linked"
    assert read(sign_in, platform).status_code == 200


@pytest.mark.parametrize("provider", ["TWITTER", "INSTAGRAM", "GOOGLE", "MICROSOFT"])
def test_beat_renews_before_the_end(sign_in: SignIn, provider: str) -> None:
    platform = {provider: slug for slug, provider in WAYS}[provider]
    made = sign_in.connect(platform, provider=provider)
    before = grant_of(made)
    assert before.renew_at is not None
    assert before.expires_at is not None
    assert before.renew_at < before.expires_at
    OAuthGrant.objects.of(sign_in.customer).update(
        renew_at=clock.now(), issued_at=clock.now() - timedelta(days=2)
    )
    assert upkeep.renew_due(20) >= 1
    after = connections.get(sign_in.customer.pk, made.public_id)
    assert after.version == made.version + 1
    assert after.sealed != made.sealed
    assert read(sign_in, platform).status_code == 200


def test_linkedin_gives_sixty_days_and_its_end_is_told_a_week_before(sign_in: SignIn) -> None:
    waiting = sign_in.finish("linkedin", sign_in.begin("linkedin"))
    assert waiting.ends_at is not None
    assert timedelta(days=59) < waiting.ends_at - clock.now() <= timedelta(days=60)
    made = connecting.confirm(sign_in.user.pk, waiting.id, account=next(iter(waiting.accounts)))
    assert grant_of(made).renew_at is None
    ends = OAuthGrant.objects.of(sign_in.customer)
    ends.update(expires_at=clock.now() + timedelta(days=6))
    upkeep.tell_of_ends()
    assert "Connect the account again before that" in grant_of(made).notice
    assert acts(sign_in.customer).count("connection.ending") == 1
    upkeep.tell_of_ends()
    assert acts(sign_in.customer).count("connection.ending") == 1
    shown = sign_in.api.get(f"/api/connections/{made.public_id}", sign_in.person.live_key).json()
    assert shown["connection"]["access"]["notice"] == grant_of(made).notice
    ends.update(expires_at=clock.now() - timedelta(seconds=1))
    upkeep.tell_of_ends()
    assert connections.get(sign_in.customer.pk, made.public_id).status == "needs_reauth"
    again = sign_in.connect("linkedin", account=made.external_id)
    assert again.status == "active"


def test_linkedin_partners_get_a_refresh_token_for_a_year(sign_in: SignIn, settings: Any) -> None:
    settings.OAUTH_APPS["LINKEDIN"]["client_id"] = "partner-app"
    made = sign_in.connect("linkedin")
    assert grant_of(made).renew_at is not None


def test_a_code_of_x_is_good_for_thirty_seconds(sign_in: SignIn) -> None:
    server = sign_in.world.platforms.authorization("twitter")
    assert server.code_s == 30
    server.code_s = -1
    with pytest.raises(NeedsReauth):
        sign_in.connect("twitter")
    assert not Connection.objects.of(sign_in.customer).filter(platform="twitter").exists()


def test_x_is_asked_with_pkce_and_basic(sign_in: SignIn) -> None:
    address = sign_in.begin("twitter")
    assert "code_challenge_method=S256" in address
    sign_in.finish("twitter", address)
    (asked,) = asked_of(sign_in, "/2/oauth2/token")
    assert asked.headers["Authorization"].startswith("Basic ")
    assert b"client_secret" not in asked.body
    assert b"code_verifier=" in asked.body


def test_instagrams_suffix_is_cut_off_and_the_short_token_exchanged(sign_in: SignIn) -> None:
    told = sign_in.allow("instagram", sign_in.begin("instagram"))
    waiting = connecting.finish(sign_in.user.pk, "instagram", {**told, "code": f"{told['code']}#_"})
    made = connecting.confirm(sign_in.user.pk, waiting.id, account=next(iter(waiting.accounts)))
    grant = grant_of(made)
    assert grant.expires_at is not None
    assert grant.expires_at - clock.now() > timedelta(days=59)
    assert grant.renew_at is not None
    assert grant.renew_at - clock.now() > timedelta(days=1)
    assert len(asked_of(sign_in, "/access_token")) == 2


def test_whatsapp_is_subscribed_and_registered_with_a_pin(sign_in: SignIn) -> None:
    address = sign_in.begin("whatsapp")
    assert parse_qs(urlsplit(address).query)["config_id"] == ["config_id-of-hermes"]
    waiting = sign_in.finish("whatsapp", address, account=f"acme{sign_in.customer.pk}")
    (chosen,) = waiting.accounts
    (pin,) = waiting.inputs
    with pytest.raises(InvalidArgument, match="PIN"):
        connecting.confirm(sign_in.user.pk, waiting.id, account=chosen, inputs={pin.name: "000000"})
    assert not Connection.objects.of(sign_in.customer).filter(platform="whatsapp").exists()
    connecting.confirm(sign_in.user.pk, waiting.id, account=chosen, inputs={pin.name: "123456"})
    assert asked_of(sign_in, "/subscribed_apps")
    assert b'"pin":"123456"' in asked_of(sign_in, "/register")[-1].body


def test_a_discord_account_is_one_server_and_nothing_else_of_the_bot(sign_in: SignIn) -> None:
    made = sign_in.connect("discord")
    assert made.account == "Sandbox"
    servers = read(sign_in, "discord").json()["data"]["servers"]
    assert [server["server_id"] for server in servers] == [made.external_id]

    def code(tool: str, **arguments: str) -> str:
        answer = sign_in.api.post(f"/api/tools/discord_{tool}", sign_in.person.live_key, arguments)
        return str(answer.json().get("code", "ok"))

    second, lobby = "1096172334001844112", "1096172334001844299"
    assert code("list_messages", channel_id="1096172334001844290") == "ok"
    assert code("list_channels", server_id=second) == "not_found"
    assert code("list_messages", channel_id=lobby) == "not_found"
    assert code("send_message", channel_id=lobby, content="hello") == "not_found"
    assert code("send_dm", user_id="1096172334001844777", content="hello") == "not_allowed_by_platform"
    said = [a for a in sign_in.world.platforms.asked if a.method == "POST" and "/channels" in a.path]
    assert said == []


def test_a_bots_new_token_reaches_its_accounts_by_itself(sign_in: SignIn, settings: Any) -> None:
    made = sign_in.connect("discord")
    OAuthGrant.objects.of(sign_in.customer).update(issued_at=clock.now() - timedelta(hours=1))
    sign_in.world.platforms.refused.add(BOT)
    new = f"{BOT}_new"
    settings.OAUTH_APPS["DISCORD"]["bot_token"] = new
    sign_in.world.platforms.refused = {BOT + "'"}
    sign_in.world.platforms.open_account("discord", bot_token=new)
    sign_in.world.platforms.script.append((401, {}, {"code": 0, "message": "401: Unauthorized"}))
    assert read(sign_in, "discord").status_code == 200
    assert connections.get(sign_in.customer.pk, made.public_id).version == made.version + 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((400, {}, {"error": "invalid_grant", "error_codes": [70008]}), NeedsReauth),
        ((400, {}, {"error": "interaction_required", "error_codes": [50076]}), NeedsReauth),
        ((401, {}, {"error": "invalid_client", "error_codes": [7000215]}), NotAllowedByPlatform),
        ((400, {}, {"error": "unauthorized_client", "error_codes": [700016]}), NotAllowedByPlatform),
    ],
)
def test_microsofts_refusals_say_whose_turn_it_is(
    sign_in: SignIn, answer: Any, error: type[Exception]
) -> None:
    address = sign_in.begin("email", provider="MICROSOFT")
    sign_in.world.platforms.script.append(answer)
    with pytest.raises(error) as refused:
        sign_in.finish("email", address)
    assert "AADSTS" not in str(refused.value)


def test_which_of_two_must_be_said(sign_in: SignIn) -> None:
    with pytest.raises(InvalidArgument, match="GOOGLE, MICROSOFT"):
        sign_in.begin("email")


def test_tools_that_lack_a_permission_are_named_and_needed_ones_refuse(sign_in: SignIn) -> None:
    waiting = sign_in.finish("twitter", sign_in.begin("twitter"), without=("dm.read", "dm.write"))
    assert waiting.lacking == ("twitter_list_dms", "twitter_send_dm")
    with pytest.raises(NotAllowedByPlatform, match="Read posts"):
        sign_in.finish("twitter", sign_in.begin("twitter"), without=("tweet.read",))


@pytest.mark.parametrize(("platform", "provider"), [("twitter", "TWITTER"), ("email", "GOOGLE")])
def test_disconnecting_takes_the_access_back_and_says_so(
    sign_in: SignIn, platform: str, provider: str
) -> None:
    made = sign_in.connect(platform, provider=provider)
    gone, sentence = connections.disconnect(sign_in.customer.pk, made.public_id)
    assert "has taken the access back" in sentence
    assert len(asked_of(sign_in, "/revoke")) == 1
    assert not OAuthGrant.objects.of(sign_in.customer).exists()
    assert acts(sign_in.customer)[-2:] == ["connection.disconnected", "connection.withdrawn"]
    assert gone.sealed == ""


def test_a_platform_that_does_not_confirm_leaves_nothing_here(sign_in: SignIn) -> None:
    made = sign_in.connect("twitter")
    sign_in.world.platforms.script.append((503, {}, {}))
    _, sentence = connections.disconnect(sign_in.customer.pk, made.public_id)
    assert "did not confirm" in sentence
    assert sign_in.customer.audit_entries.order_by("pk").last().outcome == "platform_unavailable"


def test_who_cancels_gives_the_access_back(sign_in: SignIn) -> None:
    waiting = sign_in.finish("twitter", sign_in.begin("twitter"))
    connecting.cancel(sign_in.user.pk, waiting.id)
    assert len(asked_of(sign_in, "/revoke")) == 1
    with pytest.raises(InvalidArgument):
        connecting.pending(sign_in.user.pk, waiting.id)


def test_an_account_of_another_customer_is_refused_when_it_is_confirmed(
    sign_in: SignIn, make_sign_in: Callable[..., SignIn]
) -> None:
    from hermes.core.errors import Conflict

    shared = f"shared{sign_in.customer.pk}"
    made = sign_in.connect("twitter", account=shared)
    stranger = make_sign_in("globex")
    waiting = stranger.finish("twitter", stranger.begin("twitter"), account=shared)
    with pytest.raises(Conflict) as refused:
        connecting.confirm(stranger.user.pk, waiting.id, account=made.external_id)
    assert "acme" not in refused.value.message
    assert not Connection.objects.of(stranger.customer).filter(platform="twitter").exists()
