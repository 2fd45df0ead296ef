"""Forms of allauth with what Hermes needs of them."""

from typing import Any, cast

from allauth.account.forms import LoginForm, SignupForm
from allauth.core import context
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from portal.people import invited


class SignUp(SignupForm):  # type: ignore[misc]  # allauth is untyped
    """Signing up."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "E-mail"

    def clean_email(self) -> str:
        """The address; where sign-up is closed it is the invited one. Raises ValidationError."""
        email = cast("str", super().clean_email())
        if not settings.OPEN_SIGNUP and email != invited.address(context.request):
            raise ValidationError("Use the address that the invitation was sent to.")
        return email

    def try_save(self, request: HttpRequest) -> Any:
        """As allauth's; an address that is known costs the time of hashing too (security case AD11)."""
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        return super().try_save(request)


class SignIn(LoginForm):  # type: ignore[misc]  # allauth is untyped
    """Signing in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "E-mail"
        self.fields["remember"].label = "Stay signed in on this device"
