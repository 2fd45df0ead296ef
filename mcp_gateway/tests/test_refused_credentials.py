"""Credentials that are wrong, expired or may do too little: told in a sentence, not saved."""

from typing import Any

import pytest

from connectors import sandbox
from connectors.registry import all_connectors
from tests.support.api import Api

# Platform -> what is changed of good credentials -> words of the sentence. The values: docs/sandbox.md.
REFUSED: dict[str, list[tuple[dict[str, str], str]]] = {
    "whatsapp": [
        ({"access_token": "EAA_SANDBOX_EXPIRED"}, "expired or revoked. Make a new one"),
        ({"access_token": "EAA_SANDBOX_NO_PERMISSION"}, "give its system user whatsapp_business_messaging"),
        ({"access_token": "EAA_SANDBOX_OTHER_BUSINESS"}, "does not belong to that WhatsApp Business Account"),
    ],
    "instagram": [
        ({"access_token": "IGAA_SANDBOX_EXPIRED"}, "older than 60 days. Make a new one"),
        ({"access_token": "IGAA_SANDBOX_BASIC_ONLY"}, "permission instagram_business_content_publish"),
    ],
    "linkedin": [
        ({"access_token": "AQX_SANDBOX_EXPIRED"}, "older than 60 days. Make a new one"),
        ({"access_token": "AQX_SANDBOX_WITHOUT_PROFILE"}, "openid and profile"),
    ],
    "telegram": [({"bot_token": "12345678:SANDBOX_REVOKED_" + "a" * 20}, "the token @BotFather shows now")],
    "discord": [({"bot_token": "MTA5NjE2MTMzNDAwMTg0NDI5NA.SANDBOX_RESET.le_token"}, "Developer Portal")],
    "twitter": [
        ({"access_token": "SANDBOX_EXPIRED_TOKEN"}, "Make a new one"),
        ({"access_token": "SANDBOX_APP_ONLY_TOKEN"}, "not the app's bearer token"),
        ({"access_token": "SANDBOX_NOT_ENROLLED_TOKEN"}, "console.x.com"),
    ],
    "email": [
        ({"password": "sandbox-wrong"}, "app password"),
        ({"password": "sandbox-imap-off"}, "Switch them on"),
        ({"password": "sandbox-smtp-off"}, "Switch them on"),
        ({"access_token": "sandbox-expired"}, "expired or was revoked"),
        ({"access_token": "sandbox-no-scope"}, "scopes of IMAP and SMTP"),
    ],
}
CASES = [(platform, changed, words) for platform, cases in REFUSED.items() for changed, words in cases]


@pytest.mark.parametrize(
    ("platform", "changed", "words"), CASES, ids=lambda v: v if isinstance(v, str) else ""
)
def test_what_the_platform_refuses_is_told_and_not_saved(
    api: Api, acme: Any, platform: str, changed: dict[str, str], words: str
) -> None:
    before = api.get("/api/connections?limit=100", acme.test_key).json()
    given = sandbox.credentials(platform) | changed
    if "access_token" in changed:
        given.pop("password", None)
    answer = api.post(f"/api/connect/{platform}", acme.test_key, {"credentials": given})
    assert (answer.status_code, answer.json()["code"]) == (422, "platform_rejected"), answer.text
    assert words in answer.json()["detail"]
    assert not any(secret in answer.text for secret in changed.values())
    assert api.get("/api/connections?limit=100", acme.test_key).json() == before
    told = api.get("/api/audit?limit=1", acme.live_key).json()["entries"][0]
    assert (told["action"], told["platform"]) == ("connection.refused", platform)
    assert not any(secret in str(told) for secret in changed.values())


def test_every_platform_that_asks_for_a_secret_refuses_one() -> None:
    asking = {
        c.slug
        for c in all_connectors().values()
        if c.slug != "probe" and any(field.secret for field in c.credentials.fields())
    }
    assert asking == set(REFUSED)
