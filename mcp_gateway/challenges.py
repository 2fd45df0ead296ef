"""What a refused client is told to do: where and for what to get a token (RFC 6750, RFC 9728, MCP).

Every scope is named in the first challenge, for clients ask once and then handle a later demand badly.
"""

from django.conf import settings

from hermes.core.errors import HermesError, InsufficientScope, NoCredential, Unauthenticated
from tenants.roles import SCOPES

NAME = "WWW-Authenticate"
EVERY_SCOPE = " ".join(SCOPES)


def challenge(error: HermesError) -> dict[str, str]:
    """The header of a 401, or of a 403 for want of a scope; empty for every other error."""
    parts = [f'resource_metadata="{settings.PUBLIC_URL}/.well-known/oauth-protected-resource/mcp"']
    if isinstance(error, InsufficientScope):
        parts += [f'scope="{error.details.get("scope", EVERY_SCOPE)}"', 'error="insufficient_scope"']
    elif isinstance(error, Unauthenticated):
        parts.append(f'scope="{EVERY_SCOPE}"')
        if not isinstance(error, NoCredential):
            parts.append('error="invalid_token"')
    else:
        return {}
    return {NAME: f"Bearer {', '.join(parts)}"}


def challenge_headers(error: HermesError) -> list[tuple[bytes, bytes]]:
    """The same for a raw ASGI answer."""
    return [(name.lower().encode(), value.encode()) for name, value in challenge(error).items()]
