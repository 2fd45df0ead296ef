"""What happens to a person's sessions when what they sign in with changes (security case AD10)."""

from typing import Any

from allauth.account.signals import password_reset
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from allauth.usersessions.models import UserSession
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.db.models.signals import pre_delete
from django.http import HttpRequest


def watch() -> None:
    """Have every change of a second factor end the person's other sessions and give this one a new key.

    A changed password ends the others by itself: Django's sessions carry a digest of it. Who is deleted takes
    all of theirs along.
    """
    for changed in (authenticator_added, authenticator_removed, authenticator_reset):
        changed.connect(_on_changed, dispatch_uid="portal.people.sessions")
    password_reset.connect(_on_reset, dispatch_uid="portal.people.sessions")
    pre_delete.connect(_on_deleted, sender=get_user_model(), dispatch_uid="portal.people.sessions")


def end_others(request: HttpRequest, user: AbstractBaseUser) -> None:
    """End every session of the person but this one."""
    for session in UserSession.objects.filter(user=user.pk):
        if session.session_key != request.session.session_key:
            session.end()


def _on_changed(request: HttpRequest, user: AbstractBaseUser, **_: Any) -> None:
    end_others(request, user)
    if request.user.is_authenticated and request.user.pk == user.pk:
        before = request.session.session_key
        request.session.cycle_key()
        UserSession.objects.filter(session_key=before).update(session_key=request.session.session_key)


def _on_reset(request: HttpRequest, user: AbstractBaseUser, **_: Any) -> None:
    end_others(request, user)


def _on_deleted(instance: AbstractBaseUser, **_: Any) -> None:
    for session in UserSession.objects.filter(user=instance.pk):
        session.end()
