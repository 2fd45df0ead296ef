"""Every page there is. A page in this list gets all checks of test_pages.py: add yours here and only here."""

from collections.abc import Callable
from typing import Any, NamedTuple

from tests.e2e.conversations import conversation, inbox

Path = str | Callable[[Any], str]


class ListedPage(NamedTuple):
    """A page: where it is, and who looks at it (owner, viewer, staff or nobody).

    `path` may be a function: it is given acme (a `Person` of conftest.py), makes what the page shows, and
    returns the address. `status` is what the page is answered with. Staff's pages are weighed with their
    static files compressed, as production sends them.
    """

    name: str
    path: Path
    who: str = "owner"
    status: int = 200


def _account(acme: Any) -> str:
    from tenants import connections, sandboxes

    sandboxes.ensure(acme.customer)
    return f"/portal/connections/{connections.listed(acme.customer.pk)[0].public_id}/"


def _invited(acme: Any) -> Any:
    from tenants import actors, invitations, members

    owner = members.listed(acme.customer.pk).filter(role="owner").get()
    by = actors.of_member(owner, surface="portal")
    return invitations.invite(owner, email="guest@example.com", role="viewer", by=by)


def _members(acme: Any) -> str:
    _invited(acme)
    return "/portal/members/"


def _invitation(acme: Any) -> str:
    from tenants import invitations

    return f"/portal/invitation/{invitations.token_of(_invited(acme))}/"


def _connect_link(acme: Any, platform: str = "whatsapp") -> Any:
    from tenants import connect_links
    from tenants.actors import SYSTEM

    asked_as = "First live key via claude-code 2.1"
    return connect_links.make(acme.customer.pk, platform, mode="live", asked_as=asked_as, by=SYSTEM)


def _at(link: Any) -> str:
    from tenants import connect_links

    return "/connect/" + connect_links.address(link).rpartition("/")[2]


def _revoked_link(acme: Any) -> str:
    from tenants import connect_links
    from tenants.actors import SYSTEM

    return _at(connect_links.withdraw(_connect_link(acme), by=SYSTEM))


def _used_link(acme: Any) -> str:
    from tenants import connect_links, connections, sandboxes
    from tenants.actors import SYSTEM

    sandboxes.ensure(acme.customer)
    link = _connect_link(acme)
    row = connections.listed(acme.customer.pk).filter(platform="whatsapp")[0]
    connect_links.use(link, lambda: row, by=SYSTEM)
    return _at(link)


def _webhook(acme: Any) -> Any:
    from hermes.core import clock
    from inbox.forwarding import endpoints, history
    from inbox.forwarding.models import ForwardedEvent
    from tenants.actors import SYSTEM

    customer, url = acme.customer.pk, "https://93.184.215.14/hermes/events"
    made = endpoints.create(
        customer, url=url, mode="live", events=["message.received", "message.status"], by=SYSTEM
    )
    hook = made.endpoint.public_id
    endpoints.change(customer, hook, description="CRM", by=SYSTEM)
    failed = {"at": clock.iso(clock.now()), "status": 503, "duration_ms": 412, "error": "status"}
    taken = {"at": clock.iso(clock.now()), "status": 204, "duration_ms": 38, "error": ""}
    for state, attempts in (("delivered", [failed, taken]), ("failed", [failed] * 3), ("pending", [])):
        event = history.send_test(customer, hook, by=SYSTEM)
        rows = ForwardedEvent.objects.of(customer).filter(pk=event.pk)
        rows.update(state=state, attempts=attempts, next_try_at=clock.now() + history.KEPT)
    return made.endpoint


def _webhooks(acme: Any) -> str:
    from inbox.forwarding import endpoints

    endpoints.give_up(acme.customer.pk, _webhook(acme).public_id, "It failed for five days.")
    _webhook(acme)
    return "/portal/webhooks/"


def _delivery(acme: Any) -> str:
    from inbox.forwarding import history
    from tenants.actors import SYSTEM

    hook = _webhook(acme).public_id
    failed = history.listed(acme.customer.pk, hook, state="failed", by=SYSTEM)[0]
    return f"/portal/webhooks/{hook}/deliveries/{failed.event_id}/"


def _disabled_webhook(acme: Any) -> str:
    from inbox.forwarding import endpoints

    hook = _webhook(acme).public_id
    endpoints.give_up(acme.customer.pk, hook, "It failed for five days.")
    return f"/portal/webhooks/{hook}/"


def _with_sandbox(path: str, platform: str = "whatsapp") -> Callable[[Any], str]:
    """An address of a customer that has its sandbox; `{}` is the account at the platform."""

    def made(acme: Any) -> str:
        from tenants import connections, sandboxes

        sandboxes.ensure(acme.customer)
        row = connections.listed(acme.customer.pk, mode="test").get(platform=platform)
        return path.format(row.public_id)

    return made


def _archive(acme: Any, *, state: str = "") -> str:
    from tenants import archived
    from tenants.actors import SYSTEM
    from tenants.models import DataExport

    row = archived.ask(acme.customer.pk, by=SYSTEM)
    if state:
        mine = DataExport.objects.of(acme.customer).filter(pk=row.pk)
        mine.update(state=state, rows_done=61_000, rows_total=183_250)
    else:
        archived.make_due()
    return "/portal/settings/data/"


def _usage(acme: Any) -> str:
    """A month of calls at every platform."""
    from audit.models import DailyCount
    from connectors.registry import all_connectors
    from hermes.core import clock

    key, today = acme.customer.api_keys.filter(mode="live").get(), clock.now().date()
    rows = [
        DailyCount(
            customer=acme.customer,
            day=today.replace(day=day),
            mode="live",
            platform=platform,
            actor=f"key:{key.public_id}" if day % 3 else "user:0",
            calls=day,
            units=day * (at + 1) % 23,
        )
        for day in range(1, today.day + 1)
        for at, platform in enumerate(["", *all_connectors()])
    ]
    DailyCount.objects.bulk_create(rows)
    return "/portal/usage/"


def _reason(acme: Any) -> str:
    return f"/admin/reason/{acme.customer.public_id}/"


PAGES: tuple[ListedPage, ...] = (
    ListedPage("landing", "/", who="nobody"),
    ListedPage("documentation", "/docs/", who="nobody"),
    ListedPage("documentation of the interface", "/docs/api/", who="nobody"),
    ListedPage("interface", "/api/docs", who="nobody"),
    ListedPage("interface of whatsapp", "/api/docs/whatsapp", who="nobody"),
    ListedPage("home", "/portal/"),
    ListedPage("sign-in apps", "/portal/connect/"),
    ListedPage("own sign-in app", "/portal/connect/apps/linkedin/LINKEDIN/"),
    ListedPage("nothing here", "/portal/no-such-page/", status=404),
    ListedPage("keys", "/portal/keys/"),
    ListedPage("new key", "/portal/keys/new/"),
    ListedPage("connections", "/portal/connections/"),
    ListedPage("connections of a viewer", "/portal/connections/", who="viewer"),
    ListedPage("choose a platform", "/portal/connections/new/"),
    ListedPage("connect whatsapp", "/portal/connections/new/whatsapp/"),
    ListedPage("an account", _account),
    ListedPage("get started", "/portal/start/"),
    ListedPage("set up a client", _with_sandbox("/portal/start/clients/claude-code/")),
    ListedPage("playground", _with_sandbox("/portal/playground/?platform=whatsapp")),
    ListedPage("playground without accounts", "/portal/playground/?mode=live"),
    ListedPage("playground: a tool", _with_sandbox("/portal/playground/whatsapp_send_card/?mode=sandbox")),
    ListedPage("playground: not connected", "/portal/playground/whatsapp_send_text/?mode=live", status=409),
    ListedPage("sandbox not set up", "/portal/sandbox/"),
    ListedPage("sandbox", _with_sandbox("/portal/sandbox/{}/")),
    ListedPage("members", _members),
    ListedPage("members seen by a viewer", "/portal/members/", who="viewer"),
    ListedPage("an invitation", _invitation, who="nobody"),
    ListedPage("an invitation that ended", "/portal/invitation/ended/", who="nobody", status=404),
    ListedPage("connect link", lambda acme: _at(_connect_link(acme))),
    ListedPage("connect link of a viewer", lambda acme: _at(_connect_link(acme)), who="viewer", status=404),
    ListedPage("connect link used", _used_link),
    ListedPage("connect link revoked", _revoked_link, status=410),
    ListedPage("begin a customer", "/portal/begin/"),
    ListedPage("webhooks", _webhooks),
    ListedPage("webhooks before the first", "/portal/webhooks/"),
    ListedPage("new webhook", "/portal/webhooks/new/"),
    ListedPage("a webhook", lambda acme: f"/portal/webhooks/{_webhook(acme).public_id}/"),
    ListedPage("a disabled webhook", _disabled_webhook),
    ListedPage("edit a webhook", lambda acme: f"/portal/webhooks/{_webhook(acme).public_id}/edit/"),
    ListedPage("new webhook secret", lambda acme: f"/portal/webhooks/{_webhook(acme).public_id}/secret/"),
    ListedPage("a webhook delivery", _delivery),
    ListedPage("inbox without a conversation", "/portal/inbox/"),
    ListedPage("inbox", inbox),
    ListedPage("inbox where nothing is found", lambda acme: inbox(acme) + "?q=zebra&unread=1"),
    ListedPage("a conversation in the inbox", conversation),
    ListedPage("a conversation in the inbox, window closed", lambda acme: conversation(acme, hours_ago=30)),
    ListedPage("a conversation in the inbox seen by a viewer", conversation, who="viewer"),
    ListedPage("templates for the inbox", lambda acme: conversation(acme) + "templates/"),
    ListedPage("activity", "/portal/activity/"),
    ListedPage("usage", "/portal/usage/"),
    ListedPage("settings", "/portal/settings/"),
    ListedPage("settings of a viewer", "/portal/settings/", who="viewer"),
    ListedPage("plan", "/portal/settings/plan/"),
    ListedPage("your data", "/portal/settings/data/"),
    ListedPage("your data being made", lambda acme: _archive(acme, state="running")),
    ListedPage("your data ready", _archive),
    ListedPage("usage of a month", _usage),
    ListedPage("staff: health", "/admin/", who="staff"),
    ListedPage("staff: customers", "/admin/tenants/customer/", who="staff"),
    ListedPage("staff: why", _reason, who="staff"),
    ListedPage("sign in", "/account/login/", who="nobody"),
    ListedPage("sign up", "/account/signup/", who="nobody"),
    ListedPage("letter sent", "/account/confirm-email/", who="nobody"),
    ListedPage("confirmation ended", "/account/confirm-email/ended/", who="nobody"),
    ListedPage("forgotten password", "/account/password/reset/", who="nobody"),
    ListedPage("reset sent", "/account/password/reset/done/", who="nobody"),
    ListedPage("reset ended", "/account/password/reset/key/1-ended/", who="nobody"),
    ListedPage("new password set", "/account/password/reset/key/done/", who="nobody"),
    ListedPage("account inactive", "/account/inactive/", who="nobody"),
    ListedPage("sign out", "/account/logout/"),
    ListedPage("say the password again", "/account/reauthenticate/"),
    ListedPage("account: e-mail", "/account/email/"),
    ListedPage("account: password", "/account/password/change/"),
    ListedPage("account: two-factor", "/account/2fa/"),
    ListedPage("account: passkeys", "/account/2fa/webauthn/"),
    ListedPage("account: devices", "/account/sessions/"),
)
