"""Columns that hold a digest of what is written to them: a thief of the table has nothing to present."""

from typing import TYPE_CHECKING, Any

from django.db import models

from mcp_gateway.oauth.token_texts import digest

if TYPE_CHECKING:
    Text = models.CharField[str, str]
else:
    Text = models.CharField


class Digest(Text):
    """Looked up by the plain value. A row is never saved again: the digest would be digested."""

    def get_prep_value(self, value: Any) -> Any:
        """The digest, for columns and look-ups alike."""
        return None if value is None else digest(str(value))


class SecretDigest(Text):
    """Digested when its row is inserted and kept as it is afterwards; 128 random characters need no salt."""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """The digest, which takes the plain value's place on the row."""
        if add:
            setattr(model_instance, self.attname, digest(getattr(model_instance, self.attname)))
        return super().pre_save(model_instance, add)
