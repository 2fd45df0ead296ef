"""Sessions of the handshake eras: a signed token, so that any process can serve any request (ADR 0004).

A token says what `initialize` settled and whose it is. It is no credential: every request is
authenticated anew, and the token is bound to the customer rather than to one key, because
clients rotate keys and renew tokens within a session.
"""

import functools
import secrets
import time
from collections.abc import Mapping
from typing import Any

import msgspec
from django.core import signing

from hermes.core.errors import Unavailable
from hermes.core.redis import hot, name

LIFETIME_S = 60 * 24 * 3600
CLIENT_LIMIT_CHARS = 64
_SALT = "mcp-session"


class Session(msgspec.Struct, frozen=True):
    """What a handshake settled. `capabilities` are the client's, as far as Hermes knows them."""

    id: str
    customer: str
    version: str
    client: str
    capabilities: dict[str, Any]
    expires: int


class SessionLost(Exception):
    """No such session for this customer: forged, expired, ended or another's."""


def begin(customer: str, version: str, params: Mapping[str, Any]) -> Session:
    """A new session for a client's `initialize` parameters."""
    return Session(
        id=secrets.token_urlsafe(16),
        customer=customer,
        version=version,
        client=client_name(params.get("clientInfo")),
        capabilities=known_capabilities(params.get("capabilities")),
        expires=int(time.time()) + LIFETIME_S,
    )


def token(session: Session) -> str:
    """The session as the value of `Mcp-Session-Id`."""
    return signing.dumps(msgspec.to_builtins(session), salt=_SALT, compress=True)


async def find(text: str, customer: str) -> Session:
    """The live session a token stands for; raises SessionLost."""
    session = _verified(text)
    if session is None or session.customer != customer or session.expires < time.time():
        raise SessionLost
    try:
        if await hot().execute("EXISTS", _ended(session)):
            raise SessionLost
    except Unavailable:
        # A session opens nothing by itself; without Redis one that was ended lives on.
        pass
    return session


async def end(session: Session) -> None:
    """Refuse the session from now on, in every process. Raises Unavailable."""
    await hot().execute("SET", _ended(session), "1", "EX", str(max(1, session.expires - int(time.time()))))


def client_name(info: Any) -> str:
    """`name version` of a client's own description, shortened; empty where it gives none."""
    if not isinstance(info, dict):
        return ""
    told = [
        part[:CLIENT_LIMIT_CHARS] for part in (info.get("name"), info.get("version")) if type(part) is str
    ]
    return " ".join(part for part in told if part.isprintable())


def known_capabilities(declared: Any) -> dict[str, Any]:
    """The part of a client's capabilities that Hermes asks for, so that tokens stay short."""
    if not isinstance(declared, dict):
        return {}
    known: dict[str, Any] = {
        part: {} for part in ("sampling", "roots") if isinstance(declared.get(part), dict)
    }
    elicitation = declared.get("elicitation")
    if isinstance(elicitation, dict):
        known["elicitation"] = {
            mode: {} for mode in ("form", "url") if isinstance(elicitation.get(mode), dict)
        }
    return known


@functools.lru_cache(maxsize=4096)
def _verified(text: str) -> Session | None:
    try:
        return msgspec.convert(signing.loads(text, salt=_SALT, max_age=LIFETIME_S), Session)
    except (signing.BadSignature, msgspec.ValidationError, ValueError):
        return None


def _ended(session: Session) -> str:
    return name("mcp", "ended", session.id)
