"""What people send from the inbox."""

import uuid

from django import forms

LIMIT_TEXT = 10_000
LIMIT_KEY = 64


def new_key() -> str:
    """An idempotency key for what one drawn form sends."""
    return f"portal-{uuid.uuid4().hex}"


class KeyedForm(forms.Form):
    """A form that is drawn with a key of its own: what it sends is sent once, however often it is."""

    key = forms.RegexField(r"^portal-[0-9a-f]{32}$", max_length=LIMIT_KEY, widget=forms.HiddenInput)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["key"].initial = new_key


class ReplyForm(KeyedForm):
    """An answer in words."""

    text = forms.CharField(
        label="Your answer",
        max_length=LIMIT_TEXT,
        strip=True,
        widget=forms.Textarea({"rows": 3, "data-sends": True, "autocomplete": "off"}),
    )

    def focused(self) -> "ReplyForm":
        """Drawn with the cursor in it."""
        self.fields["text"].widget.attrs["autofocus"] = True
        return self


class TemplateForm(KeyedForm):
    """Which template; the values of its gaps are fields of the names that `Sheet` gives them."""

    name = forms.CharField(max_length=512, widget=forms.HiddenInput)
    language = forms.CharField(max_length=20, widget=forms.HiddenInput)
