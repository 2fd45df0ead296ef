"""The form of an account, made of what its connector declares."""

from collections.abc import Mapping
from typing import Any

from django import forms

from connectors.kit.connector import Connector
from connectors.kit.credentials import CredentialField
from hermes.core.errors import HermesError
from portal.forms import add_refusal

PREFIX = "credentials-"
LIMIT_LABEL = 80


class ConnectForm(forms.Form):
    """An account's credentials and the name agents call it by. A secret is never drawn again."""

    def __init__(self, connector: Connector, data: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        for field in connector.credentials.fields():
            self.fields[PREFIX + field.name] = _drawn(field)
        self.fields["label"] = forms.CharField(
            required=False,
            max_length=LIMIT_LABEL,
            label="Name of the account",
            help_text="How agents tell your accounts apart. By default what the platform calls it.",
        )

    @property
    def given(self) -> dict[str, str]:
        """The credentials as `connections.link` takes them, unchecked."""
        return {
            name.removeprefix(PREFIX): value
            for name, value in self.cleaned_data.items()
            if name.startswith(PREFIX)
        }

    @property
    def label_given(self) -> str | None:
        """The name, None where it is left to the platform's."""
        return self.cleaned_data["label"] or None

    def refuse(self, error: HermesError) -> None:
        """Show what connector, platform or plan have against it, at the field where one is named."""
        named = PREFIX + str(error.details.get("argument"))
        if named in self.fields:
            self.add_error(named, error.message)
        else:
            add_refusal(self, error)


class RenameForm(forms.Form):
    """Another name for an account."""

    label = forms.CharField(max_length=LIMIT_LABEL, label="Name of the account")


def _drawn(field: CredentialField) -> forms.CharField:
    shown = {"autocomplete": "off", "spellcheck": "false", "placeholder": field.example}
    widget = forms.PasswordInput(shown) if field.secret else forms.TextInput(shown)
    return forms.CharField(
        label=field.label,
        help_text=field.help,
        required=field.required,
        max_length=field.limit_chars,
        strip=True,
        widget=widget,
    )
