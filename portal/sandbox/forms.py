"""What a person of the sandbox does."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from connectors.sandbox import Inbound, Simulation
from portal.playground.fields import JsonField, TextField


class SimulateForm(forms.Form):
    """A message, or what else people do on the platform."""

    sender = forms.CharField(max_length=64, label="From", help_text="Who it is, as the platform names them.")
    name = forms.CharField(max_length=100, initial="Sandbox contact", label="Their name")
    kind = forms.ChoiceField(label="What they do")
    text = TextField(
        required=False,
        max_length=4096,
        strip=False,
        widget=forms.Textarea({"rows": 3}),
        initial="Is it open?",
    )
    reply_to = forms.CharField(
        required=False, max_length=191, label="About", help_text="Id of the message it answers or changes."
    )
    content = JsonField(
        takes_text=False,
        required=False,
        label="Further members",
        help_text="Of the platform's own message object, as JSON.",
        widget=forms.Textarea({"rows": 2, "spellcheck": "false"}),
    )

    def __init__(self, simulation: Simulation, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial={"sender": simulation.sender})
        kind = self.fields["kind"]
        if isinstance(kind, forms.ChoiceField):
            kind.choices = [(word, word.replace("_", " ")) for word in simulation.kinds]

    def clean_content(self) -> Mapping[str, Any]:
        """An object; raises ValidationError for any other JSON."""
        given = self.cleaned_data["content"]
        if given is not None and not isinstance(given, dict):
            raise ValidationError('Write an object, such as {"subject": "Hi"}.')
        return given or {}

    @property
    def event(self) -> Inbound:
        """What was filled in, as the stand-in takes it."""
        return Inbound(**{**self.cleaned_data, "text": self.cleaned_data["text"] or ""})
