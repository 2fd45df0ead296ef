"""Files kept for platforms that fetch what they are to publish; rows, so that any process can serve them."""

from django.db import transaction

from hermes.core import clock
from hermes.core.errors import NotFound, TooLarge
from inbox.media.tokens import LIFETIME
from inbox.models import HandedFile, HandedPart

LIMIT_BYTES = 32 << 20
LIMIT_FILES = 100  # of a customer at a time
_PART_BYTES = 512 << 10  # MySQL takes 1 MiB in one statement by default in old installations
_BATCH = 100


def keep(customer_id: int, content: bytes, mime_type: str) -> str:
    """Keep a file for as long as its link lives; returns its name. Raises TooLarge."""
    if len(content) > LIMIT_BYTES:
        raise TooLarge(
            f"A file that is handed over may have {LIMIT_BYTES >> 20} MiB; give its address instead."
        )
    with transaction.atomic():
        if HandedFile.objects.of(customer_id).count() >= LIMIT_FILES:
            raise TooLarge("Too many files are being handed over; wait some minutes, then call again.")
        file = HandedFile(
            customer_id=customer_id,
            mime_type=mime_type[:100],
            size_bytes=len(content),
            expires_at=clock.now() + LIFETIME,
        )
        file.save()
        for number, start in enumerate(range(0, len(content), _PART_BYTES)):
            HandedPart(file=file, number=number, content=content[start : start + _PART_BYTES]).save()
    return file.public_id


def content(customer_id: int, name: str) -> tuple[bytes, str]:
    """A file's bytes and type. Raises NotFound."""
    file = HandedFile.objects.of(customer_id).filter(public_id=name, expires_at__gt=clock.now()).first()
    if file is None:
        raise NotFound("This file is not kept any more.")
    parts = file.parts.order_by("number").values_list("content", flat=True)
    return b"".join(bytes(part) for part in parts), file.mime_type


def forget_expired() -> int:
    """Delete what has expired; returns how many files went."""
    gone = 0
    expired = HandedFile.objects.unscoped().filter(expires_at__lte=clock.now()).order_by("pk")
    while ids := list(expired.values_list("pk", flat=True)[:_BATCH]):
        HandedFile.objects.unscoped().filter(pk__in=ids).delete()
        gone += len(ids)
    return gone
