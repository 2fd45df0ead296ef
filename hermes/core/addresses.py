"""Which IP addresses are public.

`ipaddress.is_global` is not the judge: on Python 3.11 and 3.12 it passes 64:ff9b::7f00:1, 2002:7f00:1::,
::127.0.0.1, multicast and others. The ranges are those of the IANA special-purpose registries.
"""

import ipaddress

_DENIED_V4 = tuple(
    map(
        ipaddress.IPv4Network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
        ),
    )
)
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
_DENIED_V6 = tuple(map(ipaddress.IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))


def is_public(address: str) -> bool:
    """Whether a literal address may be connected to; False for anything else, a zone id included."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.scope_id is not None:
            return False
        if parsed.ipv4_mapped is None:
            return parsed in _GLOBAL_V6 and not any(parsed in network for network in _DENIED_V6)
        parsed = parsed.ipv4_mapped
    return not any(parsed in network for network in _DENIED_V4)
