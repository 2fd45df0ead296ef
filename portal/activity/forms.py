"""What of the activity to show."""

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
    """Filters of the trail, from the address. What is not chosen does not narrow."""

    mode = forms.ChoiceField(
        required=False, choices=[("", "Live and sandbox"), ("live", "Live"), ("test", "Sandbox")]
    )
    platform = forms.ChoiceField(required=False)
    outcome = forms.ChoiceField(
        required=False, choices=[("", "Any outcome"), *((code, code) for code in OUTCOMES)]
    )
    tool = forms.CharField(required=False, max_length=64)
    since = forms.DateField(required=False, widget=forms.DateInput({"type": "date"}), label="From")
    until = forms.DateField(required=False, widget=forms.DateInput({"type": "date"}), label="To")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        platform = self.fields["platform"]
        if isinstance(platform, forms.ChoiceField):
            platform.choices = [("", "Any platform"), *((c.slug, c.name) for c in all_connectors().values())]

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
