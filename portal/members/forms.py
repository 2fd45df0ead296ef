"""Forms of the members."""

from collections.abc import Collection
from typing import Any

from django import forms

from tenants.customers import LIMIT_EMAIL
from tenants.models import Membership
from tenants.roles import ROLES

SAYS = {
    "owner": "Everything, the plan and the customer itself included",
    "admin": "Everything but the plan and the customer itself",
    "developer": "Accounts, keys, webhooks and every tool; no members",
    "viewer": "Looks at conversations and usage, runs tools that read",
    "auditor": "Reads the audit trail and usage, no conversations",
}


def roles_for(permissions: Collection[str]) -> list[tuple[str, str]]:
    """The roles that somebody with these permissions may give, with their names."""
    return [(r.value, r.label) for r in Membership.Role if ROLES[r.value] <= frozenset(permissions)]


class InvitationForm(forms.Form):
    """Who is asked, and as what."""

    email = forms.EmailField(label="E-mail", max_length=LIMIT_EMAIL)
    role = forms.ChoiceField(label="Role")

    def __init__(self, *args: Any, permissions: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].widget.attrs["autocomplete"] = "off"
        role: Any = self.fields["role"]
        role.choices = [(value, f"{label}: {SAYS[value]}") for value, label in roles_for(permissions)]
        role.initial = "viewer"
