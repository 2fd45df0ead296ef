"""Forms of signing in: which account, under which name; and a customer's own app."""

from collections.abc import Mapping
from typing import Any

from django import forms

from connectors.kit.oauth import OAuthSpec
from hermes.core.errors import HermesError
from portal.forms import add_refusal
from tenants.linking import LIMIT_LABEL
from tenants.oauth.pending import Pending
from tenants.oauth.platform_apps import LIMIT_CHARS


class ConfirmForm(forms.Form):
    """Which of the accounts that were opened, its name, and what the platform asks for besides."""

    account = forms.ChoiceField(label="Account", widget=forms.RadioSelect)
    label = forms.CharField(
        required=False,
        max_length=LIMIT_LABEL,
        label="Name of the account",
        help_text="How agents tell your accounts apart. By default what the platform calls it.",
    )

    def __init__(self, waiting: Pending, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial={"label": waiting.label, "account": next(iter(waiting.accounts))})
        choices = [(name, identity.label) for name, identity in waiting.accounts.items()]
        self.fields["account"].choices = choices  # type: ignore[attr-defined]
        if len(choices) == 1:
            self.fields["account"].widget = forms.HiddenInput()
        self._inputs = [field.name for field in waiting.inputs]
        for field in waiting.inputs:
            widget = forms.PasswordInput if field.secret else forms.TextInput
            self.fields[field.name] = forms.RegexField(
                f"^(?:{field.pattern or '.*'})$",
                label=field.label,
                help_text=field.help,
                required=field.required,
                max_length=field.limit_chars,
                widget=widget({"autocomplete": "off", "inputmode": "numeric"}),
            )

    @property
    def inputs(self) -> dict[str, str]:
        """What the platform asks for besides."""
        return {name: self.cleaned_data[name] for name in self._inputs if self.cleaned_data[name]}

    def refuse(self, error: HermesError) -> None:
        """Show what the platform, the plan or another account has against it."""
        add_refusal(self, error)


class AppForm(forms.Form):
    """A customer's own app at an authorization server. Secrets are never drawn again."""

    client_id = forms.CharField(max_length=255, label="Client ID")
    client_secret = forms.CharField(
        max_length=LIMIT_CHARS,
        label="Client secret",
        widget=forms.PasswordInput({"autocomplete": "off"}),
    )

    def __init__(self, spec: OAuthSpec, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        for value in spec.app_values:
            shown = {"autocomplete": "off"}
            self.fields[value.name] = forms.CharField(
                label=value.label,
                help_text=value.help,
                required=value.is_required,
                max_length=LIMIT_CHARS,
                widget=forms.PasswordInput(shown) if value.is_secret else forms.TextInput(shown),
            )
        self.fields["scopes"] = forms.CharField(
            required=False,
            max_length=LIMIT_CHARS,
            help_text="Only where your app is reviewed for other scopes than these: "
            f"{' '.join(s.name for s in spec.scopes if s.is_default)}",
        )
