"""Letters: who is told what, once, by a worker, with nothing in them that acts."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.test import Client, override_settings

from billing.models import UsagePeriod
from hermes.core import clock
from inbox.forwarding.models import WebhookEndpoint
from portal import tasks
from portal.letters import outbox, writing
from portal.models import Letter
from portal.tests.test_access import owner
from portal.tests.test_accounts import PASSWORD, new_address, person
from tenants import connections, customers, keys, members, refusals, sandboxes
from tests.support.cache import forget_cached
from tests.support.letters import letters_to
from tests.support.tenants import World

HOSTILE = "<img src=x onerror=alert(1)> http://evil.example www.evil.example =?utf-8?q?a=0D=0ABcc:x?="


@pytest.fixture(autouse=True)
def _rested() -> None:
    forget_cached()


def member(customer: Any, role: str) -> str:
    email = f"{role}-{uuid.uuid4().hex[:12]}@example.com"
    user = get_user_model().objects.create_user(username=email, email=email)
    members.add(customer.pk, user, role)
    return email


def people(made: Any) -> dict[str, str]:
    own = {role: member(made.customer, role) for role in ("admin", "developer", "viewer", "auditor")}
    return {"owner": members.listed(made.customer.pk).get(role="owner").user.email, **own}


def told(addresses: dict[str, str], subject: str) -> dict[str, int]:
    """How many letters of that subject each has; those without one are left out."""
    counts = {role: [subject in x.subject for x in letters_to(email)] for role, email in addresses.items()}
    return {role: sum(found) for role, found in counts.items() if any(found)}


def test_refused_account_is_told_to_those_who_manage_once_each_time(world: World) -> None:
    shop = world.make("acme", only={"whatsapp"})
    at = people(shop)
    for _ in range(2):
        refusals.mark_needs_reauth(shop.customer.pk, shop.connections["whatsapp"], "The token ended.")
    assert told(at, "again") == {"owner": 1, "admin": 1}
    body = str(letters_to(at["owner"])[-1].body)
    assert f"/portal/connections/{shop.connections['whatsapp']}/" in body
    assert "The token ended." in body


def test_sandbox_account_that_is_refused_is_told_to_nobody(acme: Any) -> None:
    sandboxes.ensure(acme.customer)
    row = connections.listed(acme.customer.pk)[0]
    refusals.mark_needs_reauth(acme.customer.pk, row.public_id, "The token ended.")
    assert letters_to(acme.email) == []


def test_quota_is_told_once_a_month_for_each_limit(acme: Any, globex: Any) -> None:
    at, month = people(acme), UsagePeriod.objects.filter(customer=acme.customer, mode="live")
    counts = []
    for percent in (79, 80, 95, 100, 100):
        month.update(used=month.get().quota * percent // 100)
        tasks.look_around()
        counts.append((told(at, "80 % of its units"), told(at, "its units of this month")))
    once = {"owner": 1, "admin": 1}
    assert counts == [({}, {}), (once, {}), (once, {}), (once, once), (once, once)]
    assert letters_to(globex.email) == []


def test_webhook_that_fails_or_was_given_up_is_told_once(acme: Any) -> None:
    at = people(acme)
    hook = WebhookEndpoint(
        customer=acme.customer, url="https://hooks.example.com/secret-path", mode="live", sealed=""
    )
    hook.failing_since = clock.now() - timedelta(hours=25)
    hook.save()
    for _ in range(2):
        tasks.look_around()
    assert told(at, "failing for a day") == {"owner": 1, "admin": 1}
    hook.enabled, hook.disabled_reason, hook.disabled_at = False, "It answered 410 Gone.", clock.now()
    hook.save()
    for _ in range(2):
        tasks.look_around()
    assert told(at, "switched off") == {"owner": 1, "admin": 1}
    assert f"/portal/webhooks/{hook.public_id}/" in str(letters_to(at["owner"])[-1].body)
    assert not any("secret-path" in str(letter.body) for letter in letters_to(at["owner"]))


def test_new_key_is_told_to_owners_without_the_key(acme: Any) -> None:
    at = people(acme)
    browser = owner_browser(acme)
    form = {"name": "Nightly", "mode": "live", "profile": "core", "scopes": ["tools:read"]}
    page = browser.post("/portal/keys/new/", form).content.decode()
    text = re.search(r"hms_live_\w+", page)
    assert text is not None
    assert told(at, "A new live key") == {"owner": 1}
    letter = letters_to(at["owner"])[-1]
    assert "Nightly" in letter.body
    assert at["owner"] in letter.body
    assert text[0] not in letter.body + str(letter.alternatives)


def owner_browser(made: Any) -> Client:
    browser = Client(headers={"Accept": "text/html"})
    browser.force_login(members.listed(made.customer.pk).get(role="owner").user)
    return browser


FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:{0}.0) Gecko/20100101 Firefox/{0}.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Safari/605.1"


@pytest.mark.parametrize(
    ("agent", "address", "is_told"),
    [
        (FIREFOX.format(145), "203.0.7.9", False),  # the same browser, a version on, elsewhere in its network
        (PHONE, "203.0.113.5", True),
        (FIREFOX.format(144), "198.51.100.1", True),
        (FIREFOX.format(144), "2001:db8::1", True),
    ],
)
def test_sign_in_from_a_new_place_is_told_once(agent: str, address: str, is_told: bool) -> None:
    email = person(new_address()).email
    for where in ({"headers": {"User-Agent": FIREFOX.format(144)}, "REMOTE_ADDR": "203.0.113.5"},) + 2 * (
        {"headers": {"User-Agent": agent}, "REMOTE_ADDR": address},
    ):
        Client().post("/account/login/", {"login": email, "password": PASSWORD}, **where)  # type: ignore[arg-type]
    letters = letters_to(email)
    assert len(letters) == is_told
    if letters:
        assert f"From: {address}" in letters[0].body


def test_failed_sign_in_is_told_to_nobody() -> None:
    email = person(new_address()).email
    for agent, password in ((PHONE, PASSWORD), ("Other", "wrong-password-1")):
        Client().post(
            "/account/login/", {"login": email, "password": password}, headers={"User-Agent": agent}
        )
    assert letters_to(email) == []


def test_what_a_visitor_claims_to_use_is_inert() -> None:
    email = person(new_address()).email
    for agent in (PHONE, f"http://evil.example {HOSTILE}"):
        form = {"login": email, "password": PASSWORD}
        Client().post("/account/login/", form, headers={"User-Agent": agent})
    letter = letters_to(email)[0]
    page = str(letter.alternatives[0][0])
    assert not re.search(r"evil\.example|http://evil", str(letter.body) + page)
    assert "<img" not in page


def test_names_are_inert_in_subject_text_and_page(acme: Any, settings: Any) -> None:
    settings.PUBLIC_URL = "https://hermes.example.com"
    customers.describe(acme.customer, name=HOSTILE, instructions="")
    guest = new_address()
    owner(acme.customer).post("/portal/members/invite/", {"email": guest, "role": "viewer"})
    letter = letters_to(guest)[0]
    page = str(letter.alternatives[0][0])
    assert "<img" not in page
    assert set(re.findall(r'href="(https?://[^/"]+)', page)) == {"https://hermes.example.com"}
    assert not re.search(r"evil\.example|http://", str(letter.body) + page)
    raw = letter.message().as_bytes().decode()
    assert not re.search(r"(?mi)^bcc:", raw)
    assert "=0D=0ABcc" not in raw.split("\n\n")[0]


@pytest.mark.parametrize("subject", ["a\r\nBcc: x@example.com", "a\u2028b", "=?utf-8?q?a=0D=0ABcc:x?="])
def test_subject_is_one_line(subject: str) -> None:
    assert not re.search(r"[\r\n\u2028]|=\?", writing.header(subject))


def test_letter_of_an_act_that_is_undone_is_never_sent(acme: Any) -> None:
    with transaction.atomic():
        outbox.put(acme.email, "Subject", "Text")
        transaction.set_rollback(True)
    assert letters_to(acme.email) == []


def test_letter_waits_while_mail_is_away_and_is_sealed_until_it_is_sent(
    acme: Any,
) -> None:
    outbox.send_due()
    outbox.put(acme.email, "Subject", "The link is CANARY")
    row = Letter.objects.get(to=acme.email)
    assert "CANARY" not in row.sealed
    smtp = "django.core.mail.backends.smtp.EmailBackend"
    with override_settings(EMAIL_BACKEND=smtp, EMAIL_HOST="127.0.0.1", EMAIL_PORT=1):
        outbox.send_due()
    assert Letter.objects.get(pk=row.pk).tries == 0
    assert len(letters_to(acme.email)) == 1
    assert not Letter.objects.filter(pk=row.pk).exists()


def test_letter_that_is_never_taken_is_given_up(acme: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EmailMultiAlternatives, "send", refuse)
    outbox.put(acme.email, "Subject", "Text")
    for _ in range(len(outbox.WAITS_S) + 2):
        Letter.objects.filter(to=acme.email).update(next_try_at=clock.now())
        outbox.send_due()
    assert not Letter.objects.filter(to=acme.email).exists()


def refuse(*_: Any) -> None:
    raise OSError("550")


def test_rows_are_forgotten_after_three_months(acme: Any) -> None:
    user = members.listed(acme.customer.pk).get().user_id
    outbox.remember(user, "sign-in:old")
    Letter.objects.filter(user=user).update(at=clock.now() - timedelta(days=91))
    tasks.tidy_letters()
    assert not outbox.has_any(user, "sign-in:")


def test_key_made_with_a_customer_is_no_news(acme: Any) -> None:
    keys.issue(acme.customer.pk, name="Another", mode="test")
    assert letters_to(acme.email) == []
