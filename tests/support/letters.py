"""Letters as they arrive: what waits is sent first, as a worker does."""

from django.core import mail
from django.core.mail import EmailMultiAlternatives

from portal.letters import outbox


def letters_to(address: str) -> list[EmailMultiAlternatives]:
    """Those to an address, oldest first."""
    outbox.send_due()
    return [letter for letter in mail.outbox if letter.to == [address]]  # type: ignore[misc]
