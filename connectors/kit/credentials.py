"""Typed credentials of a connector and the fields a person fills in."""

import dataclasses
import functools
import re
from collections.abc import Mapping
from typing import Any, Self

from connectors.kit.secret import Secret
from hermes.core.errors import InvalidArgument

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CredentialField:
    """One input of the connect form. `pattern` must match the whole value; `limit_chars` caps it."""

    name: str
    label: str
    help: str
    secret: bool
    required: bool
    pattern: str | None
    limit_chars: int
    example: str


def credential(
    *,
    label: str,
    help: str,
    pattern: str | None = None,
    limit_chars: int = 4096,
    example: str = "",
    required: bool = True,
) -> Any:
    """Declare a field of a `Credentials` class."""
    metadata = {
        "label": label,
        "help": help,
        "pattern": pattern,
        "limit_chars": limit_chars,
        "example": example,
        "required": required,
    }
    if required:
        return dataclasses.field(metadata=metadata)
    return dataclasses.field(metadata=metadata, default=None)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Base of each connector's credentials: a frozen keyword-only dataclass made of `credential()` fields.

    A field annotated `Secret` (or `Secret | None`) is secret; others are plain text.
    """

    @classmethod
    @functools.cache
    def fields(cls) -> tuple[CredentialField, ...]:
        """The fields in declaration order."""
        return tuple(
            CredentialField(name=f.name, secret="Secret" in str(f.type), **f.metadata)
            for f in dataclasses.fields(cls)
        )

    @classmethod
    def parse(cls, given: Mapping[str, Any]) -> Self:
        """Check `given` against the fields and wrap the secret ones.

        Raises InvalidArgument naming the field, never the value.
        """
        known = {f.name: f for f in cls.fields()}
        for name in given:
            if name not in known:
                raise InvalidArgument(
                    f"'{str(name)[:60]}' is not a credential here; the fields are {', '.join(known)}.",
                    details={"argument": str(name)[:60]},
                )
        return cls(**{f.name: _checked(f, given.get(f.name)) for f in known.values()})

    def dump(self) -> dict[str, str]:
        """Plain values for sealing; absent fields are left out."""
        plain = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        return {k: v.reveal() if isinstance(v, Secret) else v for k, v in plain.items() if v is not None}


def _checked(field: CredentialField, value: Any) -> str | Secret | None:
    if value is None or value == "":
        if field.required:
            raise InvalidArgument(f"{field.label} is missing. {field.help}", details={"argument": field.name})
        return None
    if not isinstance(value, str):
        raise InvalidArgument(f"{field.label} must be text.", details={"argument": field.name})
    value = value.strip()
    if len(value) > field.limit_chars or _CONTROL.search(value):
        raise InvalidArgument(
            f"{field.label} is too long or holds control characters.", details={"argument": field.name}
        )
    if field.pattern and not re.fullmatch(field.pattern, value):
        raise InvalidArgument(
            f"{field.label} does not look right. {field.help}", details={"argument": field.name}
        )
    return Secret(value) if field.secret else value
