"""The key of an AI client."""

from collections.abc import Collection
from typing import Any

from django import forms

from tenants.key_limits import Limits
from tenants.models import ApiKey
from tenants.roles import permissions_of

REACHES = {
    "read": ("Only read", ("tools:read", "inbox:read")),
    "send": ("Read, send and change", ("tools:read", "tools:write", "inbox:read")),
}


class ClientKeyForm(forms.Form):
    """What the client reaches with its key, and what it may do there. All else is set at the keys."""

    mode = forms.ChoiceField(label="It reaches", widget=forms.RadioSelect)
    reach = forms.ChoiceField(label="It may", widget=forms.RadioSelect, initial="send")

    def __init__(
        self, *args: Any, permissions: Collection[str], has_live: bool, has_sandbox: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        modes = [(ApiKey.Mode.TEST, "The sandbox")] if has_sandbox or not has_live else []
        modes += [(ApiKey.Mode.LIVE, "Your accounts")] if has_live else []
        self._choose("mode", modes)
        self.fields["mode"].initial = modes[-1][0]
        held = set(permissions)
        reaches = [(w, label) for w, (label, scopes) in REACHES.items() if permissions_of(scopes) <= held]
        self._choose("reach", reaches)

    def _choose(self, name: str, choices: list[tuple[Any, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    @property
    def limits(self) -> Limits:
        """Those of the key."""
        return Limits(scopes=REACHES[self.cleaned_data["reach"]][1])
