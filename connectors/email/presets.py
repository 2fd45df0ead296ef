"""Mail servers that are known by name or by an address's domain.

Hosts and ports: Google's and Microsoft's help pages on IMAP and SMTP (2026-10).
"""

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType


@dataclasses.dataclass(frozen=True, slots=True)
class Servers:
    """Where mail is read and where it is handed in."""

    imap_host: str
    imap_port: int
    smtp_host: str
    smtp_port: int


PRESETS: Mapping[str, Servers] = MappingProxyType(
    {
        "gmail": Servers("imap.gmail.com", 993, "smtp.gmail.com", 465),
        "microsoft365": Servers("outlook.office365.com", 993, "smtp.office365.com", 587),
        "outlook": Servers("outlook.office365.com", 993, "smtp-mail.outlook.com", 587),
    }
)
_DOMAINS = {
    "gmail.com": "gmail",
    "googlemail.com": "gmail",
    "outlook.com": "outlook",
    "hotmail.com": "outlook",
    "live.com": "outlook",
    "msn.com": "outlook",
}
_ENDINGS = {".onmicrosoft.com": "microsoft365"}


def preset_of(address: str) -> str | None:
    """The preset of an address's domain, None where the domain tells nothing."""
    domain = address.rpartition("@")[2].lower()
    return _DOMAINS.get(domain) or next((p for end, p in _ENDINGS.items() if domain.endswith(end)), None)
