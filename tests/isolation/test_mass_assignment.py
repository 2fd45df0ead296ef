"""Fields that nobody offered: no form of the portal and no path of management takes one."""

import ast
import json
import re
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.test import Client

from inbox.forwarding import endpoints
from mcp_gateway.rest import urls as _urls  # noqa: F401  (whose views bring all shapes)
from mcp_gateway.rest.shapes import Given
from portal.tests.test_webhooks import HOOK
from tenants import connections, keys, members, sandboxes
from tenants.actors import SYSTEM
from tests.architecture.tree import modules
from tests.support.api import Api
from tests.support.rows import rows_of

PASSWORD = "winged-sandals-31"
# What rows have and people may not choose, with a value that would be worth it.
FORBIDDEN: Mapping[str, Any] = {
    **dict.fromkeys(("customer", "customer_id"), "globex"),
    **dict.fromkeys(("user", "user_id", "invited_by", "asked_by"), 1),
    **dict.fromkeys(("is_staff", "is_superuser", "is_active", "enabled", "verified"), True),
    **{"role": "owner", "plan": "enterprise", "given": "enterprise", "status": "active", "state": "ready"},
    **{"mode": "live", "scopes": ["manage"], "permissions": ["customer:manage"], "tools": ["*"]},
    **{"id": "x", "pk": 1, "public_id": "x", "lookup": "x", "mac": "x", "sealed": "x", "data_key": "x"},
    **{"expires_at": "2999-01-01T00:00:00Z", "created_at": "2000-01-01T00:00:00Z", "rows_total": 1},
}
# Differs between any two customers, whatever was posted.
OWN = frozenset(
    {
        *("id", "public_id", "mac", "lookup", "last_four", "sealed", "sealed_before", "seq", "seal"),
        *("data_key", "created_by", "external_id", "routes", "identity", "live_claim", "event_id", "version"),
    }
)
# In texts: ids, names of people and, of a moment, all but the year.
_OF_ONE = re.compile(
    r"\b[a-z]{3}_[0-9A-HJKMNP-TV-Z]{26}\b|(?<=user:)\d+|\bacme-\w+|(?<=\d{4})-\d\d-\d\dT[\d:.]+"
)


class Twin:
    """A customer like the other one, with an owner at the portal and a row of each kind."""

    def __init__(self, made: Any) -> None:
        self.made, self.customer = made, made.customer
        self.owner = members.listed(made.customer.pk).get().user
        self.owner.set_password(PASSWORD)
        self.owner.save()
        name = f"acme-{uuid.uuid4().hex[:12]}@example.com"
        self.member = get_user_model().objects.create_user(username=name, email=name)
        members.add(self.customer.pk, self.member, "viewer")
        sandboxes.ensure(self.customer)
        self.browser = Client(headers={"Accept": "text/html"})
        self.browser.force_login(self.owner)
        self.browser.post("/account/reauthenticate/", {"password": PASSWORD})
        hook = {"url": HOOK, "events": ["*"], "mode": "test"}
        self.browser.post("/portal/webhooks/new/", hook)
        # What addresses of its rows are made of.
        self.ids = {
            "key": keys.listed(self.customer.pk).filter(mode="test").get().public_id,
            "con": connections.listed(self.customer.pk).get(platform="obsidian").public_id,
            "hook": endpoints.listed(self.customer.pk, by=SYSTEM).get().public_id,
            "member": self.member.pk,
        }

    def kept(self) -> str:
        """All there is of it and its people, without what is its own."""
        rows: Any = {}
        for member in members.listed(self.customer.pk):
            for other in members.of_user(member.user_id):
                for name, found in rows_of(other.customer).items():
                    rows.setdefault(name, []).extend(found)
        rows["User"] = [
            [user.is_staff, user.is_superuser, user.is_active, user.has_usable_password()]
            for user in (type(self.owner).objects.get(pk=who.pk) for who in (self.owner, self.member))
        ]
        return _OF_ONE.sub("…", json.dumps(_common(rows), default=str, sort_keys=True, indent=1))


def _common(value: Any) -> Any:
    """Without what is one customer's own; of a moment the year, which shows a posted one."""
    if isinstance(value, dict):
        kept = (name for name in value if name not in OWN and not name.endswith("_id"))
        return {name: _common(value[name]) for name in kept}
    if isinstance(value, list):
        return [_common(each) for each in value]
    return value.year if isinstance(value, datetime) else value


# Where a form of the portal is posted, and what people fill in.
FORMS: Mapping[str, Mapping[str, Any]] = {
    "/portal/settings/profile/": {"name": "Renamed", "instructions": "Be brief."},
    "/portal/settings/data/export/": {},
    "/portal/members/invite/": {"email": "guest@example.com", "role": "viewer"},
    "/portal/members/{member}/role/": {"role": "auditor"},
    "/portal/keys/new/": {"name": "k", "mode": "test", "scopes": ["tools:read"], "profile": "core"},
    "/portal/keys/{key}/rotate/": {"overlap": "3600"},
    "/portal/keys/{key}/revoke/": {},
    "/portal/webhooks/new/": {"url": HOOK, "mode": "live", "events": ["message.sent"], "description": "d"},
    "/portal/webhooks/{hook}/edit/": {"url": HOOK, "events": ["message.sent"], "description": "d"},
    "/portal/webhooks/{hook}/secret/": {"overlap": "3600"},
    "/portal/webhooks/{hook}/test/": {},
    "/portal/webhooks/{hook}/pause/": {},
    "/portal/connections/{con}/rename/": {"label": "Notes"},
    "/portal/connections/{con}/pause/": {},
    "/portal/connections/new/obsidian/": {"label": "Vault", "credentials-vault": "V"},
    "/portal/begin/": {"name": "Second"},  # the last: its owner is there then
}


def test_forms_do_what_they_do_without_the_fields_that_they_do_not_have(
    make_customer: Callable[..., Any], globex: Any
) -> None:
    plain, greedy = (Twin(make_customer("acme")) for _ in range(2))
    values = {"customer": globex.customer.public_id, "customer_id": globex.customer.pk}
    theirs, before = rows_of(globex.customer), plain.kept()
    assert before == greedy.kept()
    for place, valid in FORMS.items():
        more = {name: values.get(name, value) for name, value in FORBIDDEN.items() if name not in valid}
        first = plain.browser.post(place.format(**plain.ids), valid)
        second = greedy.browser.post(place.format(**greedy.ids), {**more, **valid})
        assert (first.status_code, second.status_code) in ((302, 302), (200, 200)), place
        after = plain.kept()
        assert greedy.kept() == after, place
        assert before != after, place
        before = after
    assert rows_of(globex.customer) == theirs


def test_no_form_is_made_of_a_model_and_no_view_hands_on_all_that_was_posted() -> None:
    loose = [
        f"{path}:{node.lineno}"
        for path, tree in modules().items()
        if path.parts[0] == "portal" and "tests" not in path.parts and "staff" not in path.parts
        for node in ast.walk(tree)
        if (isinstance(node, ast.Attribute) and node.attr in ("ModelForm", "modelform_factory"))
        or (isinstance(node, ast.keyword) and node.arg is None and ast.unparse(node.value).endswith(".POST"))
    ]
    assert not loose


def shapes(kind: Any = Given) -> list[Any]:
    return [kind, *(below for each in kind.__subclasses__() for below in shapes(each))]


def test_whatever_programs_send_is_refused_where_a_field_is_not_its_own() -> None:
    never = {"customer", "customer_id", "role", "plan", "is_staff", "public_id", "user_id", "given", "sealed"}
    every = shapes()
    assert len(every) > 15
    for shape in every:
        assert shape.__struct_config__.forbid_unknown_fields, shape
        assert not never & set(shape.__struct_fields__), shape


PATHS: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/api/keys", {"name": "n"}),
    ("POST", "/api/keys/{key}/rotate", {}),
    ("POST", "/api/connect/obsidian", {"credentials": {}}),
    ("PATCH", "/api/connections/{con}", {"label": "Notes"}),
    ("POST", "/api/connect-links", {"platform": "telegram"}),
    ("POST", "/api/webhooks", {"url": HOOK}),
    ("PATCH", "/api/webhooks/{hook}", {"description": "d"}),
    ("POST", "/api/webhooks/{hook}/rotate-secret", {}),
    ("POST", "/api/webhooks/{hook}/redeliver", {"since": "2026-01-01T00:00:00Z"}),
]
# The shapes refuse every other field alike (see above).
FOREIGN_TO_ALL = {"customer": "globex", "public_id": "x", "role": "owner"}


def test_paths_refuse_each_field_that_they_do_not_have_and_change_nothing(
    api: Api, acme: Any, globex: Any
) -> None:
    twin = Twin(acme)
    api.get("/api/keys", acme.test_key)  # from now on it was used
    before = rows_of(twin.customer, without=frozenset({"last_used_at"}))
    for method, path, valid in PATHS:
        for name, value in FOREIGN_TO_ALL.items():
            given = {**valid, name: globex.customer.public_id if value == "globex" else value}
            answer = api.request(method, path.format(**twin.ids), acme.test_key, json=given)
            assert answer.status_code == 422, (path, name, answer.text)
            assert answer.json().get("argument", name) == name, (path, name)
    assert rows_of(twin.customer, without=frozenset({"last_used_at"})) == before
