"""Where an agent's client may be sent back to.

Over https, to the person's own machine (RFC 8252, 7.3), or by the private scheme of an editor; nothing else
over http. The match is exact (RFC 9700, 2.1), but for the port of an address on the person's own machine.
"""

import re
from urllib.parse import urlsplit

LIMIT_URIS = 20
LIMIT_CHARS = 2000
_PATH = r"/[!$-;=?-Z_a-z~]*"
_OWN_MACHINE = re.compile(rf"http://(127\.0\.0\.1|\[::1\]|localhost)(?::[0-9]{{1,5}})?({_PATH})?")
_WEB = re.compile(rf"https://[A-Za-z0-9.-]+(?::[0-9]{{1,5}})?{_PATH}")
_EDITOR = re.compile(rf"[a-z][a-z-]*://[A-Za-z0-9.-]+(?:{_PATH})?")


def is_permitted(uri: str, *, editor_schemes: tuple[str, ...]) -> bool:
    """Whether a client may register `uri`: no fragment, no user, no character that readers disagree about."""
    if len(uri) > LIMIT_CHARS or "/../" in f"{uri}/" or "/./" in f"{uri}/":
        return False
    if _OWN_MACHINE.fullmatch(uri) or _WEB.fullmatch(uri):
        return True
    return uri.partition(":")[0] in editor_schemes and _EDITOR.fullmatch(uri) is not None


def is_same(uri: str, registered: str) -> bool:
    """Whether a request for `uri` may use `registered`."""
    if uri == registered:
        return True
    asked, known = _OWN_MACHINE.fullmatch(uri), _OWN_MACHINE.fullmatch(registered)
    return asked is not None and known is not None and asked.groups() == known.groups()


def is_own_machine(uri: str) -> bool:
    """Whether `uri` leads to the machine of the person who follows it."""
    return _OWN_MACHINE.fullmatch(uri) is not None


def host_of(uri: str) -> str:
    """What a person is told of where they will be sent: the host, or the name of the editor's scheme."""
    parts = urlsplit(uri)
    return (parts.hostname or "") if parts.scheme in ("http", "https") else f"{parts.scheme}:"


def source_of(uri: str) -> str:
    """Where `uri` leads as a source of a Content-Security-Policy, which knows no IPv6 hosts."""
    parts = urlsplit(uri)
    is_own_host = parts.scheme == "http" and "[" not in parts.netloc
    return f"http://{parts.netloc}" if is_own_host else f"{parts.scheme}:"
