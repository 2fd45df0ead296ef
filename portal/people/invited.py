"""The address at which a visitor was invited, kept in the session until they are a member."""

from django.http import HttpRequest

# allauth takes an address that stands here as confirmed (its adapter's stash_verified_email).
_KEPT = "account_verified_email"


def keep(request: HttpRequest, address: str) -> None:
    """Remember that this visitor opened the link sent to `address`: who has the link reads its mail."""
    request.session[_KEPT] = address


def address(request: HttpRequest) -> str | None:
    """The address this visitor was invited at; None for others."""
    return request.session.get(_KEPT)


def forget(request: HttpRequest) -> None:
    """The invitation is accepted."""
    request.session.pop(_KEPT, None)
