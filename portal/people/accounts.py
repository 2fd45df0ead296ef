"""How people sign up and are known: django-allauth's accounts, the e-mail address being the user name."""

from typing import Any, cast
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse

from portal.letters import outbox, writing
from portal.people import invited
from tenants.customers import LIMIT_EMAIL


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    """ACCOUNT_ADAPTER."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether this visitor may sign up: anybody where the operator lets them, the invited always."""
        return settings.OPEN_SIGNUP or invited.address(request) is not None

    def populate_username(self, request: HttpRequest, user: AbstractUser) -> None:  # noqa: ARG002  (allauth's)
        """The address; the database keeps user names unique, so an address has one account."""
        user.username = user.email

    def clean_email(self, email: str) -> str:
        """The address in lower case. Raises ValidationError where it is longer than a user name may be."""
        if len(email) > LIMIT_EMAIL:
            raise ValidationError(f"Use an address of at most {LIMIT_EMAIL} characters.")
        return email.lower()

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Have allauth's letter sent by a worker. Its links lead to Hermes' own address."""
        own = {name: _at_home(value) for name, value in context.items()}
        if "user_agent" in own:
            own["user_agent"] = writing.inert(own["user_agent"])
        letter = self.render_mail(template_prefix, email, {"email": email, **own})
        outbox.put(email, letter.subject, str(letter.body))

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:  # noqa: ARG002
        """The link of a letter; it leads to Hermes' own address, whatever host the request named."""
        return f"{settings.PUBLIC_URL}{reverse('account_confirm_email', args=[emailconfirmation.key])}"

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link of a letter, in the same way."""
        user, _, token = key.partition("-")
        return f"{settings.PUBLIC_URL}{reverse('account_reset_password_from_key', args=[user, token])}"

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """As allauth's; where the address replaces another one it becomes the user name too."""
        confirmed = cast("bool", super().confirm_email(request, email_address))
        user: Any = email_address.user
        user.refresh_from_db()
        if confirmed and user.username != user.email:
            user.username = user.email
            user.save(update_fields=["username"])
        return confirmed


def _at_home(value: Any) -> Any:
    """A link, which allauth makes with the host the request named, at the public address."""
    if not (isinstance(value, str) and value.startswith(("http://", "https://"))):
        return value
    parts = urlsplit(value)
    return f"{settings.PUBLIC_URL}{parts._replace(scheme='', netloc='').geturl()}"
