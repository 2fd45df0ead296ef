"""Letters by e-mail: a plain text, and the same as a page for mail programs that show one."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string


def send(name: str, to: str, context: Mapping[str, Any]) -> None:
    """Send `letters/<name>.txt`, whose first line is the subject, to an address.

    Raises OSError (SMTPException among them) where it is not accepted for delivery.
    """
    text = render_to_string(f"letters/{name}.txt", {**context, "public_url": settings.PUBLIC_URL})
    subject, _, body = text.strip().partition("\n")
    letter = EmailMultiAlternatives(" ".join(subject.split()), body.strip(), to=[to])
    with_page(letter)
    letter.send()


def with_page(letter: EmailMultiAlternatives) -> None:
    """Add the page to a letter that has a text only; addresses in the text become links."""
    page = render_to_string(
        "letters/page.html",
        {"subject": letter.subject, "text": str(letter.body), "public_url": settings.PUBLIC_URL},
    )
    letter.attach_alternative(page, "text/html")
