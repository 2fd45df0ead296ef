"""Forms of the settings."""

from typing import Any

from django import forms

from tenants.customers import LIMIT_INSTRUCTIONS


class ProfileForm(forms.Form):
    """What the customer is called, and what its agents are told."""

    name = forms.CharField(max_length=200, help_text="Members and people who are invited see it.")
    instructions = forms.CharField(
        required=False,
        max_length=LIMIT_INSTRUCTIONS,
        label="Instructions for agents",
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Every agent is given them when it connects, such as tone, language and opening hours.",
    )


class DeletionForm(forms.Form):
    """The customer's name typed again, so that nothing is deleted by a slip."""

    name = forms.CharField(
        max_length=200, widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"})
    )

    def __init__(self, *args: Any, expected: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._expected = expected
        self.fields["name"].label = f"Type “{expected}” to confirm"

    def clean_name(self) -> str:
        """Exactly the name, spaces around it aside."""
        given: str = self.cleaned_data["name"]
        if given != self._expected.strip():
            raise forms.ValidationError("This is not the name. Type it as it is written above.")
        return given
