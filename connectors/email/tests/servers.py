"""Dovecot and OpenSMTPD on loopback: submission, SMTP, LMTP, maildir, IMAP, with a certificate of ours.

Every address of `DOMAINS` is a user who has the password `PASSWORD`, or a token made by `token`.
"""

import base64
import contextlib
import dataclasses
import fcntl
import hashlib
import hmac
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from hermes.core.tests.internet import authority

PASSWORD = "app-password-1234"
SIGNING_KEY = b"hermes-test-signing-key-0123456789abcdef"
DOMAINS = ("firm.test", "customer.test")
PROGRAMS = ("dovecot", "smtpd")
START_S = 40.0
STATE = Path("/tmp/hermes-test-mail")  # noqa: S108  (a name all test processes share)
_SBIN = "/usr/sbin:/sbin"


@dataclasses.dataclass(frozen=True)
class Ports:
    """Ports that end as the real ones, so that TLS begins where it does there."""

    thousand: int

    def __getattr__(self, name: str) -> int:
        endings = {"imaps": 993, "submissions": 465, "imap": 143, "submission": 587, "lmtp": 24, "relay": 25}
        return self.thousand * 1000 + endings[name]


@dataclasses.dataclass(frozen=True)
class MailServers:
    """Running servers. `log` is what Dovecot says of each sign-in and command that fails."""

    folder: Path
    ports: Ports
    authority: Path
    pids: tuple[int, ...]

    @property
    def log(self) -> str:
        return (self.folder / "dovecot.log").read_text(encoding="utf-8", errors="replace")

    @property
    def allowed(self) -> list[str]:
        names = ("imaps", "imap", "submissions", "submission")
        return [f"localhost:{getattr(self.ports, name)}" for name in names]

    def credentials(self, address: str, *, starttls: bool = False, **more: str) -> dict[str, str]:
        """What connects an address, with its password unless `more` says otherwise."""
        imap, smtp = ("imap", "submission") if starttls else ("imaps", "submissions")
        servers = {
            "imap_host": "localhost",
            "imap_port": str(getattr(self.ports, imap)),
            "smtp_host": "localhost",
            "smtp_port": str(getattr(self.ports, smtp)),
        }
        return {"address": address, **servers, **(more or {"password": PASSWORD})}

    def maildir(self, address: str) -> list[Path]:
        """Every message file of a user."""
        return [p for p in (self.folder / "mail" / address).rglob("*") if p.parent.name in ("cur", "new")]


def missing() -> str:
    """Why the servers cannot run here, "" where they can."""
    lacking = [p for p in PROGRAMS if not shutil.which(p, path=f"{os.environ['PATH']}:{_SBIN}")]
    if lacking:
        return f"{' and '.join(lacking)} not installed (apt-get install dovecot-imapd dovecot-lmtpd " + (
            "dovecot-submissiond opensmtpd)"
        )
    return "" if os.geteuid() == 0 else "they need root"


def token(address: str, *, valid_s: int = 3600, key: bytes = SIGNING_KEY) -> str:
    """A bearer token (JWT, HS256) of a user."""
    now = int(time.time())
    claims = {"sub": address, "email": address, "iat": now - 60, "exp": now + valid_s}
    signed = ".".join(_packed(json.dumps(part).encode()) for part in ({"typ": "JWT", "alg": "HS256"}, claims))
    return f"{signed}.{_packed(hmac.digest(key, signed.encode(), hashlib.sha256))}"


@contextlib.contextmanager
def running() -> Iterator[MailServers]:
    """The servers, started by the first test process that asks and ended by the last that leaves.

    One pair at a time on this machine: OpenSMTPD's control socket has a fixed place.
    """
    with _locked("users", fcntl.LOCK_SH) as users:
        with _locked("start", fcntl.LOCK_EX):
            servers = _running() or _started()
        try:
            yield servers
        finally:
            with _locked("start", fcntl.LOCK_EX):
                try:
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    pass  # others still use them
                else:
                    _end(servers)


@contextlib.contextmanager
def _locked(name: str, how: int) -> Iterator[IO[str]]:
    with Path(f"{STATE}.{name}").open("w") as lock:
        fcntl.flock(lock, how)
        yield lock


def _running() -> MailServers | None:
    """The servers another test process started, if they run."""
    if not STATE.exists():
        return None
    told = json.loads(STATE.read_text())
    if not all(Path(f"/proc/{pid}").exists() for pid in told["pids"]):
        return None
    folder = Path(told["folder"])
    return MailServers(folder, Ports(told["thousand"]), folder / "authority.pem", tuple(told["pids"]))


def _started() -> MailServers:
    folder = Path(tempfile.mkdtemp(prefix="hm", dir="/tmp"))
    folder.chmod(0o755)
    servers = MailServers(folder, _free_ports(), folder / "authority.pem", ())
    _write(servers)
    servers = dataclasses.replace(servers, pids=tuple(_start(c, folder) for c in _commands(folder)))
    STATE.write_text(
        json.dumps({"folder": str(folder), "thousand": servers.ports.thousand, "pids": servers.pids})
    )
    _wait(servers)
    return servers


def _end(servers: MailServers) -> None:
    STATE.unlink(missing_ok=True)
    for pid in servers.pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    ends = time.monotonic() + START_S
    while any(Path(f"/proc/{pid}").exists() for pid in servers.pids) and time.monotonic() < ends:
        time.sleep(0.05)
    shutil.rmtree(servers.folder, ignore_errors=True)


def _commands(folder: Path) -> list[list[str]]:
    return [["dovecot", "-F", "-c", f"{folder}/dovecot.conf"], ["smtpd", "-d", "-f", f"{folder}/smtpd.conf"]]


def _start(command: list[str], folder: Path) -> int:
    """Start a server that outlives the test process that starts it; its process id."""
    environment = {**os.environ, "PATH": f"{os.environ['PATH']}:{_SBIN}"}
    line = f"{shlex.join(command)} >{folder}/{command[0]}.out 2>&1 </dev/null & echo $!"
    shell = ["/bin/sh", "-c", line]
    told = subprocess.run(shell, capture_output=True, check=True, env=environment, start_new_session=True)
    return int(told.stdout)


def _wait(servers: MailServers) -> None:
    ends = time.monotonic() + START_S
    for name in ("imaps", "imap", "submissions", "submission", "lmtp", "relay"):
        while not _listens(getattr(servers.ports, name)):
            if time.monotonic() > ends:
                said = [p.read_text(errors="replace")[-800:] for p in servers.folder.glob("*.out")]
                raise RuntimeError(f"the mail servers did not start: {said} {servers.log[-800:]}")
            time.sleep(0.05)


def _listens(port: int) -> bool:
    with contextlib.closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_ports() -> Ports:
    for thousand in range(20, 60):
        ports = Ports(thousand)
        names = ("imaps", "imap", "submissions", "submission", "lmtp", "relay")
        if not any(_listens(getattr(ports, name)) for name in names):
            return ports
    raise RuntimeError("no free ports")


def _packed(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _write(servers: MailServers) -> None:
    folder, ports = servers.folder, servers.ports
    servers.authority.write_text(authority(folder, "localhost").pem)
    for name in ("run", "state", "mail"):
        (folder / name).mkdir()
    shutil.chown(folder / "mail", "mail", "mail")
    keys = folder / "keys" / "default" / "HS256"
    keys.mkdir(parents=True)
    (keys / "default").write_bytes(base64.b64encode(SIGNING_KEY))
    (folder / "oauth2.conf.ext").write_text(
        f"introspection_mode = local\nlocal_validation_key_dict = fs:posix:prefix={folder}/keys/\n"
        "username_attribute = email\n"
    )
    template = Path(__file__).with_name("dovecot.conf").read_text()
    for name in ("imaps", "imap", "submissions", "submission", "lmtp", "relay"):
        template = template.replace(f"@{name}@", str(getattr(ports, name)))
    (folder / "dovecot.conf").write_text(
        template.replace("@folder@", str(folder)).replace("@password@", PASSWORD)
    )
    domains = ", ".join(f'"{domain}"' for domain in DOMAINS)
    (folder / "smtpd.conf").write_text(
        'table vusers { "@" = "mail" }\n'
        "smtp max-message-size 25M\n"
        f"listen on 127.0.0.1 port {ports.relay} hostname localhost\n"
        f'action "deliver" lmtp "127.0.0.1:{ports.lmtp}" rcpt-to virtual <vusers>\n'
        f'match from any for domain {{ {domains} }} action "deliver"\n'
        "match from any for any reject\n"
    )
