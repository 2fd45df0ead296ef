"""What tokens are for: this deployment's /mcp, named as its metadata name it (RFC 8707, RFC 9728)."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from oauthlib.oauth2.rfc6749.errors import CustomOAuth2Error


def canonical() -> str:
    """The one resource there is: REST takes the same tokens."""
    return f"{settings.PUBLIC_URL}/mcp"


def checked(asked: Iterable[str], *, request: Any) -> list[str]:
    """What a code or token is to be for. Raises invalid_target where none was asked for, or another;
    `request` is oauthlib's.

    Clients write the same address in several ways: case of scheme and host, and a slash at the end.
    """
    resources = list(asked)
    if resources and all(_plain(resource) == _plain(canonical()) for resource in resources):
        return [canonical()]
    raise CustomOAuth2Error(
        error="invalid_target", description=f"Send resource={canonical()} and no other.", request=request
    )


def _plain(uri: str) -> tuple[str, str, str]:
    if "#" in uri or "?" in uri:
        return "", "", uri
    try:
        parts = urlsplit(uri)
    except ValueError:
        return "", "", uri
    return parts.scheme, parts.netloc.lower(), parts.path.removesuffix("/")
