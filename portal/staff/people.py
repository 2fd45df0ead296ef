"""The staff themselves: made, and given a new start, at the command line alone."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from hermes.core.errors import Conflict, InvalidArgument
from tenants import members


def create(email: str, password: str, *, superuser: bool, again: bool = False) -> AbstractUser:
    """Make a member of the staff, who sets up a second factor at the first sign-in.

    With `again` one who is staff already starts anew: another password, no second factor, no open session.
    Raises InvalidArgument (e-mail, password) and Conflict (somebody has the address who is no staff).
    """
    email = email.strip().lower()
    if "@" not in email:
        raise InvalidArgument(f"'{email[:60]}' is no e-mail address.", details={"argument": "email"})
    with transaction.atomic():
        user = get_user_model().objects.filter(email=email).first()
        if user is None:
            user = get_user_model()(username=email, email=email)
        elif not user.is_staff or members.of_user(user.pk):
            raise Conflict("Somebody uses this address at a customer. Staff have an address of their own.")
        elif not again:
            raise Conflict("There is such a member of the staff. Say --again to give them a new start.")
        try:
            validate_password(password, user)
        except ValidationError as weak:
            raise InvalidArgument(" ".join(weak.messages), details={"argument": "password"}) from None
        user.set_password(password)
        user.is_staff, user.is_superuser, user.is_active = True, superuser, True
        user.save()
        Authenticator.objects.filter(user=user).delete()
        for session in UserSession.objects.filter(user=user):
            session.end()
        EmailAddress.objects.update_or_create(
            user=user, email=email, defaults={"verified": True, "primary": True}
        )
    return user
