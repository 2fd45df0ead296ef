"""The form of a tool: its arguments, the account and the key by which nothing is done twice."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.http import QueryDict

from hermes.core.errors import HermesError
from mcp_gateway.catalogue import Listing
from portal.playground.fields import EMPTY, field_of
from tenants import states
from tenants.principals import ConnectionView

PREFIX = "arg-"
LIMIT_KEY_CHARS = 256
# The executor's own arguments, which are asked for in another way or not at all.
_OWN = frozenset({"account", "dry_run", "idempotency_key"})


class ToolForm(forms.Form):
    """A tool's arguments. Nothing beyond the published ones is taken from a request."""

    def __init__(
        self,
        listing: Listing,
        accounts: Iterable[ConnectionView],
        data: QueryDict | None = None,
        *,
        values: Mapping[str, Any] | None = None,
    ) -> None:
        initial = {PREFIX + name: _shown(value) for name, value in (values or {}).items()}
        super().__init__(data, initial=initial)
        published = listing.input_schema.get("properties", {})
        required = listing.input_schema.get("required", ())
        asked = _OWN if listing.connector is not None else _OWN - {"account"}
        self._names = [name for name in published if name not in asked]
        self._has_accounts = False
        if listing.connector is not None:
            names = [
                a.account
                for a in accounts
                if a.platform == listing.connector.slug and a.status in states.LIVE
            ]
            self._has_accounts = len(names) > 1
            self.fields["account"] = _account(names)
        for name in sorted(self._names, key=lambda name: name not in required):
            self.fields[PREFIX + name] = field_of(name, published[name], is_required=name in required)
        if listing.tool.takes_key:
            self.fields["key"] = _key()

    @property
    def arguments(self) -> dict[str, Any]:
        """What was filled in, in the order of the schema."""
        given = {name: self.cleaned_data[PREFIX + name] for name in self._names}
        filled = {name: value for name, value in given.items() if value not in EMPTY}
        if self._has_accounts:
            filled["account"] = self.cleaned_data["account"]
        return filled

    @property
    def key(self) -> str | None:
        """The idempotency key; None where the tool takes none."""
        return self.cleaned_data.get("key") or None

    def renew_key(self) -> None:
        """Have the next call be another one."""
        if isinstance(self.data, QueryDict):
            renewed = self.data.copy()
            renewed["key"] = _new_key()
            self.data = renewed

    def mark(self, error: HermesError) -> None:
        """Show at its field what an argument breaks."""
        named = PREFIX + str(error.details.get("argument"))
        if named in self.fields:
            self.add_error(named, error.message)


def _account(names: list[str]) -> forms.Field:
    return forms.ChoiceField(
        choices=[(name, name) for name in names],
        label="account",
        help_text="The account it is called on.",
    )


def _key() -> forms.Field:
    return forms.CharField(
        initial=_new_key,
        required=False,
        max_length=LIMIT_KEY_CHARS,
        label="idempotency_key",
        help_text="Sent again with the same key, a call is not done twice. A new one follows each run.",
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )


def _new_key() -> str:
    return uuid.uuid4().hex


def _shown(value: Any) -> Any:
    """A value as its field is given it: of choices the written form."""
    return str(value).lower() if isinstance(value, bool) else value
