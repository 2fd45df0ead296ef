"""What the tools' arguments share."""

from typing import Annotated

from msgspec import Meta

from connectors.email.limits import BODY_CHARS, SUBJECT_CHARS

Subject = Annotated[str, Meta(max_length=SUBJECT_CHARS, description="One line.")]
Body = Annotated[str, Meta(min_length=1, max_length=BODY_CHARS, description="The text.")]
Word = Annotated[str, Meta(min_length=1, max_length=200, description="Part of name or address.")]
