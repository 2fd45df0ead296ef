"""A member of the portal as a caller: by the role, on the customer's accounts, named in the trail."""

from typing import Any

import pytest

from audit import trail
from hermes.core.errors import InsufficientScope, NotConnected
from mcp_gateway import catalogue, people
from mcp_gateway.calls import ToolCall
from tenants import members
from tenants.models import Membership
from tests.support.probed import Probed

ECHO = {"text": "hello"}


def owner_of(customer: Any) -> Membership:
    return members.listed(customer.pk).get(role="owner")


def test_member_calls_by_the_same_road_and_stands_in_the_trail_by_name(probed: Probed) -> None:
    member = owner_of(probed.customer)
    caller = people.caller_of(member, mode="live", address="203.0.113.9", client="playground")
    answer = people.run(caller, ToolCall(tool="probe_echo", arguments=ECHO))
    assert answer.data == ECHO
    assert answer.meta["units"] == 1
    entry = trail.page(probed.customer.pk, limit=1).entries[0]
    told = [entry[name] for name in ("id", "actor", "surface", "client", "address", "outcome")]
    actor = f"user:{member.user_id}"
    assert told == [answer.meta["call_id"], actor, "portal", "playground", "203.0.113.9", "ok"]


def test_viewer_has_no_tool_that_sends(probed: Probed, acme_viewer: Any) -> None:
    viewer = members.add(probed.customer.pk, acme_viewer, "viewer")
    caller = people.caller_of(viewer, mode="live")
    assert all(listing.tool.hints.read_only for listing in catalogue.callable_by(caller))
    with pytest.raises(InsufficientScope):
        people.run(caller, ToolCall(tool="probe_send", arguments={"to": "ada", "text": "hello"}))


def test_member_of_another_customer_reaches_none_of_these_accounts(probed: Probed, globex: Any) -> None:
    caller = people.caller_of(owner_of(globex.customer), mode="live")
    with pytest.raises(NotConnected):
        people.run(caller, ToolCall(tool="probe_echo", arguments={**ECHO, "account": probed.connection}))


def test_auditor_has_no_tool_at_all(probed: Probed, acme_viewer: Any) -> None:
    auditor = members.add(probed.customer.pk, acme_viewer, "auditor")
    assert catalogue.callable_by(people.caller_of(auditor, mode="live")) == []
