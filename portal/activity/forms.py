"""What of the activity to show."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms

from connectors.registry import all_connectors
from hermes.core.errors import HermesError

OUTCOMES = (
    "ok",
    "started",
    "dry_run",
    "cancelled",
    *sorted(kind.code for kind in HermesError.__subclasses__()),
)


class ActivityFilter(forms.Form):
    """Filters of the trail, from the address. What is not chosen does not narrow.

    `callers` and `accounts` are the customer's own, by how the trail names them.
    """

    mode = forms.ChoiceField(
        required=False, choices=[("", "Live and sandbox"), ("live", "Live"), ("test", "Sandbox")]
    )
    platform = forms.ChoiceField(required=False)
    outcome = forms.ChoiceField(
        required=False, choices=[("", "Any outcome"), *((code, code) for code in OUTCOMES)]
    )
    tool = forms.CharField(required=False, max_length=64)
    actor = forms.ChoiceField(required=False, label="Who")
    connection = forms.ChoiceField(required=False, label="Account")
    since = forms.DateField(required=False, widget=forms.DateInput({"type": "date"}), label="From")
    until = forms.DateField(required=False, widget=forms.DateInput({"type": "date"}), label="To")

    def __init__(
        self, *args: Any, callers: Mapping[str, str], accounts: Mapping[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        platforms = {c.slug: c.name for c in all_connectors().values()}
        for name, nothing, known in (
            ("platform", "Any platform", platforms),
            ("actor", "Anybody", callers),
            ("connection", "Any account", accounts),
        ):
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = [("", nothing), *known.items()]

    def chosen(self) -> dict[str, Any]:
        """As `audit.trail` takes them; days are whole ones in UTC. Nothing where a filter is wrong."""
        if not self.is_valid():
            return {}
        told = {name: value for name, value in self.cleaned_data.items() if value}
        if "since" in told:
            told["since"] = datetime.combine(told["since"], time(), UTC)
        if "until" in told:
            told["until"] = datetime.combine(told["until"] + timedelta(days=1), time(), UTC)
        return told
