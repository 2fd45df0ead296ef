"""What a person decides when a client asks for access."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from tenants.models import ApiKey, Membership
from tenants.roles import SCOPES, scopes_of

PROFILES = (
    ("core", "The usual tools"),
    ("full", "Every tool"),
    ("read-only", "Only tools that read"),
    ("research", "Only tools that read, with search and fetch as ChatGPT's research wants them"),
    ("search", "Two tools that find the others, for clients with little room"),
)
IN_A_WORD = {
    "tools:read": "reading",
    "tools:write": "sending and changing",
    "inbox:read": "conversations",
    "manage": "managing",
}
MODES = (
    (ApiKey.Mode.LIVE, "Connected accounts"),
    (ApiKey.Mode.TEST, "Sandbox only: nothing reaches a real person"),
)


class ConsentForm(forms.Form):
    """For which customer, with which scopes, tools and accounts; `memberships` are what to choose from."""

    customer = forms.ChoiceField(label="For", widget=forms.RadioSelect)
    scopes = forms.MultipleChoiceField(label="It may", widget=forms.CheckboxSelectMultiple)
    profile = forms.ChoiceField(label="Tools", choices=PROFILES)
    mode = forms.ChoiceField(label="Accounts", choices=MODES, widget=forms.RadioSelect)

    def __init__(
        self,
        memberships: Sequence[Membership],
        scopes: Sequence[str],
        *,
        data: Any = None,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        first = memberships[0].customer.public_id if memberships else None
        usual = {"customer": first, "scopes": list(scopes), "profile": "core", "mode": ApiKey.Mode.LIVE}
        super().__init__(data, initial={**usual, **(initial or {})})
        self.memberships = {membership.customer.public_id: membership for membership in memberships}
        self.fields["customer"].choices = [(k, _label(m, scopes)) for k, m in self.memberships.items()]  # type: ignore[attr-defined]
        self.fields["scopes"].choices = [(scope, SCOPES[scope]) for scope in SCOPES if scope in scopes]  # type: ignore[attr-defined]

    def clean_customer(self) -> Membership:
        """The membership that stands for the customer."""
        return self.memberships[self.cleaned_data["customer"]]

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError where the role includes none of the scopes."""
        cleaned = super().clean() or {}
        membership = cleaned.get("customer")
        if membership and not scopes_of(membership.role) & set(cleaned.get("scopes", ())):
            self.add_error("scopes", "Your role there includes none of these. Choose another.")
        return cleaned


def _label(membership: Membership, scopes: Sequence[str]) -> str:
    lacking = set(scopes) - scopes_of(membership.role)
    without = [word for scope, word in IN_A_WORD.items() if scope in lacking]
    name = f"{membership.customer.name} (you are {membership.role})"
    return f"{name}, without {', '.join(without)}" if without else name
