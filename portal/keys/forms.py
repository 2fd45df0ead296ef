"""The forms of a key: what it may do, from where, for how long; how long an old one works on."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django import forms

from hermes.core import clock
from tenants.key_limits import PROFILES, Limits
from tenants.models import ApiKey
from tenants.roles import SCOPES, permissions_of

PROFILE_WORDS = {
    "core": "Core: the tools used most",
    "full": "Full: every tool",
    "read-only": "Read-only: tools that change nothing",
    "search": "Search: tools are found when needed, for many platforms",
    "research": "Research: read-only, with search and fetch",
}
LIFETIMES = {"": "Until it is revoked", "30": "30 days", "90": "90 days", "365": "1 year"}
OVERLAPS = {"0": "Ends at once", "3600": "1 hour", "86400": "24 hours", "604800": "7 days"}


class NewKeyForm(forms.Form):
    """A key to make. Only scopes that its maker's role grants are offered."""

    name = forms.CharField(max_length=100, help_text="Who or what uses it, such as “Claude Code, laptop”.")
    mode = forms.ChoiceField(
        choices=[(ApiKey.Mode.LIVE, "Live: your accounts"), (ApiKey.Mode.TEST, "Test: the sandbox")],
        widget=forms.RadioSelect,
        initial=ApiKey.Mode.LIVE,
        help_text="A test key reaches no real platform.",
    )
    scopes = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, label="It may")
    profile = forms.ChoiceField(
        choices=[(name, PROFILE_WORDS.get(name, name)) for name in PROFILES],
        label="Tools shown",
        initial="core",
    )
    expires = forms.ChoiceField(choices=list(LIFETIMES.items()), required=False, label="It works")
    addresses = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Networks it may be used from, one a line, such as 203.0.113.0/24. None means any.",
    )

    def __init__(self, *args: Any, permissions: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [
            (scope, words) for scope, words in SCOPES.items() if permissions_of([scope]) <= set(permissions)
        ]
        scopes = self.fields["scopes"]
        if isinstance(scopes, forms.MultipleChoiceField):
            scopes.choices = offered
        scopes.initial = [scope for scope, _ in offered if scope != "manage"]

    @property
    def limits(self) -> Limits:
        """What was chosen, unchecked (`Limits.checked` does that)."""
        chosen = self.cleaned_data
        days = chosen["expires"]
        return Limits(
            scopes=chosen["scopes"],
            profile=chosen["profile"],
            addresses=chosen["addresses"].split(),
            expires_at=clock.now() + timedelta(days=int(days)) if days else None,
        )


class RotationForm(forms.Form):
    """How long the old key works beside its successor."""

    overlap = forms.ChoiceField(choices=list(OVERLAPS.items()), initial="86400", label="The old key")

    @property
    def lasting(self) -> timedelta:
        """The time in which both work."""
        return timedelta(seconds=int(self.cleaned_data["overlap"]))
