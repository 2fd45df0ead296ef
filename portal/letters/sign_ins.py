"""A letter to a person whose account is signed in to from a device or a network that is new."""

import hashlib
import ipaddress
import re
from typing import Any

from allauth.account.signals import user_logged_in
from django.contrib.auth.models import AbstractUser
from django.http import HttpRequest
from django.urls import reverse

from hermes.core import clock
from portal.letters import outbox, writing
from portal.templatetags.portal import browser

KIND = "sign-in:"
# What one provider hands its customers in turn is one network; a phone changes within it all day.
PREFIXES = {4: 16, 6: 32}


def watch() -> None:
    """Hear of people who sign in."""
    user_logged_in.connect(note, dispatch_uid="portal.letters.sign_ins")


def note(request: HttpRequest, user: AbstractUser, **_: Any) -> None:
    """Tell the person, unless the place is known or is the first one there is."""
    agent, address = request.headers.get("User-Agent", ""), request.META.get("REMOTE_ADDR", "")
    occurrence = KIND + _place(agent, address)
    if outbox.is_known(user.pk, occurrence):
        return
    if not user.email or not outbox.has_any(user.pk, KIND):
        outbox.remember(user.pk, occurrence)
        return
    told = {"at": clock.now(), "address": address, "device": browser(agent)}
    written = writing.write(
        "sign_in",
        told,
        password=reverse("account_change_password"),
        devices=reverse("usersessions_list"),
    )
    outbox.put(user.email, *written, user_id=user.pk, occurrence=occurrence)


def _place(agent: str, address: str) -> str:
    # Without its numbers, which change every few weeks, a browser stays the same one.
    family = re.sub(r"[\d._]+", "", agent)
    return hashlib.sha256(f"{family}\n{_network(address)}".encode(errors="replace")).hexdigest()[:32]


def _network(address: str) -> str:
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(ipaddress.ip_network((known, PREFIXES[known.version]), strict=False))
