import asyncio
import os
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hermes.core import egress
from hermes.core.addresses import is_public
from hermes.core.errors import InvalidArgument
from hermes.core.http_types import NotReached
from hermes.core.tests.internet import Internet

INNER = (
    "0.0.0.0",  # noqa: S104
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.7",
    "224.0.0.1",
    "239.1.1.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::a00:1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "fe80::1%eth0",
    "2606:4700::1%eth0",
    "localhost",
    "",
)
PUBLIC = (
    "1.1.1.1",
    "9.255.255.255",
    "100.128.0.1",
    "172.32.0.1",
    "192.0.1.1",
    "223.255.255.255",
    "::ffff:8.8.8.8",
    "2606:4700:4700::1111",
    "2a00:1450:4001::200e",
)


@pytest.mark.parametrize("address", INNER)
def test_an_inner_address_is_not_public(address: str) -> None:
    """SS01"""
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", [a for a in INNER if a and a != "localhost" and "%" not in a])
def test_a_literal_inner_address_is_refused_before_anything_is_sent(address: str) -> None:
    """SS01"""
    internet = Internet()
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(NotReached):
        egress.allowed_url(f"https://{host}/", bases=())
    with pytest.raises(NotReached):
        internet.run(egress.dial(address, 993))
    assert internet.lookups == []
    assert internet.connects == []


@pytest.mark.parametrize(
    "host",
    [
        "2130706433",
        "0177.0.0.1",
        "0x7f.1",
        "0x7f000001",
        "127.1",
        "127.0.1",
        "134744072",
        "①②⑦.⓪.⓪.①",
        "127.0.0.1.",
        "example.com.",
        "example..com",
        ".example.com",
        "1.2.3.4.5",
        "256.1.1.1",
        "127。0。0。1",
        "[fe80::1%25eth0]",
        "[fe80::1%eth0]",
        "[::1",
        "[v1.fe80::a]",
        "bücher.example",
        "\u212aelvin.example",
        "-",
        "a" * 64 + ".example",
        "a." * 130 + "com",
        "",
    ],
)
def test_a_host_that_can_be_read_in_two_ways_is_refused(host: str) -> None:
    """SS02"""
    with pytest.raises(InvalidArgument):
        egress.allowed_url(f"https://{host}/x", bases=())
    with pytest.raises(InvalidArgument):
        asyncio.run(egress.dial(host, 993))


@pytest.mark.parametrize("literal", ["[::ffff:7f00:1]", "[::ffff:127.0.0.1]", "[0:0:0:0:0:ffff:7f00:1]"])
def test_an_inner_address_dressed_as_ipv6_is_refused(literal: str) -> None:
    """SS02"""
    with pytest.raises(NotReached):
        egress.allowed_url(f"https://{literal}/", bases=())


@pytest.mark.parametrize(
    "url",
    [
        "https://user@example.com/",
        "https://user:word@example.com/",
        "https://example.com#@127.0.0.1/",
        "https://example.com/#fragment",
        "https://example.com\\@127.0.0.1/",
        "https:\\\\example.com/",
        "https:/example.com/",
        "https:example.com",
        "https://exam\tple.com/",
        "https://example.com/\r\nHost: inner",
        "https://example.com/a b",
        " https://example.com/",
        "https://example.com/\n",
        "https://example\u3002com/",
        "https://example.com/\u00e9",
        "https://example.com/%zz",
        "https://example.com/a/../b",
        "https://example.com/a/%2e%2E/b",
        "https://example.com/.",
        "https://example.com:0/",
        "https://example.com:443443/",
        "https://example.com:/",
        "https://example.com:8443/",
        "https://example.com:22/",
        "http://example.com/",
        "http://example.com:443/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "javascript:alert(1)",
        "//example.com/",
        "example.com",
        "",
        "https://example.com/" + "a" * 9000,
    ],
)
def test_a_url_that_is_not_plain_https_is_refused(url: str) -> None:
    """SS08"""
    with pytest.raises(InvalidArgument) as refusal:
        egress.allowed_url(url, bases=())
    assert "example" not in str(refusal.value)


def test_a_plain_url_is_taken_as_it_is_written() -> None:
    url = "https://Media.Example.com:443/v/t%2F..x/@user;a=(b,c)?q=List(urn%3Ali)&f[]=1?2"
    target = egress.allowed_url(url, bases=())
    assert target.url == "https://media.example.com/v/t%2F..x/@user;a=(b,c)?q=List(urn%3Ali)&f[]=1?2"
    assert (target.scheme, target.host, target.port, target.exempt) == (
        "https",
        "media.example.com",
        443,
        False,
    )
    assert egress.allowed_url("https://example.com?x=1", bases=()).path == "/?x=1"


def test_only_the_operators_own_origin_is_exempt() -> None:
    bases = {"http://127.0.0.1:9000/graph", "https://[fd00::5]:8443"}
    assert egress.allowed_url("http://127.0.0.1:9000/other", bases=bases).exempt
    assert egress.allowed_url("https://[fd00::5]:8443/x", bases=bases).url == "https://[fd00::5]:8443/x"
    for near in ("http://127.0.0.1:9001/", "https://127.0.0.1:9000/", "http://127.0.0.1/"):
        with pytest.raises(InvalidArgument):
            egress.allowed_url(near, bases=bases)


def test_an_allowed_host_and_port_are_exempt(settings: Any) -> None:
    settings.EGRESS_ALLOW = ["127.0.0.1:2525"]
    assert egress.allowed_url("http://127.0.0.1:2525/", bases=()).exempt
    with pytest.raises(InvalidArgument):
        egress.allowed_url("http://127.0.0.1:2526/", bases=())


def test_the_authorities_do_not_come_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SS12"""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    egress.tls_context.cache_clear()
    context = egress.tls_context()
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname
    assert len(context.get_ca_certs()) > 50


def test_production_refuses_the_exemption_that_is_for_tests() -> None:
    environment = {
        **os.environ,
        "SECRET_KEY": "x" * 50,
        "ALLOWED_HOSTS": "hermes.example",
        "HERMES_PUBLIC_URL": "https://hermes.example",
        "HERMES_EGRESS_ALLOW": "127.0.0.1:2525",
    }
    started = subprocess.run(
        [sys.executable, "-c", "import hermes.settings.prod"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert started.returncode == 1
    assert "HERMES_EGRESS_ALLOW" in started.stderr
    assert "Traceback" not in started.stderr
