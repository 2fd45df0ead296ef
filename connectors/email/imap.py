"""IMAPClient on a guarded line, with searches whose words are always quoted."""

import imaplib
from collections.abc import Sequence
from typing import Any, cast

from imapclient import IMAPClient  # type: ignore[import-untyped]
from imapclient.imapclient import _quoted  # type: ignore[import-untyped]
from imapclient.response_parser import parse_message_list  # type: ignore[import-untyped]

from connectors.email.wire import Wire

LIMIT_LINE_BYTES = 1_000_000


class _Imap4(imaplib.IMAP4):
    """imaplib's protocol over a `Wire`; it opens no socket."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        super().__init__("")

    def open(self, host: str = "", port: int = 0, timeout: float | None = None) -> None:  # noqa: ARG002  (the wire's)
        self.host, self.port = host, port
        self.sock = cast("Any", self._wire)

    def read(self, size: int) -> bytes:
        return self._wire.read(size)

    def readline(self) -> bytes:
        return self._wire.readline(LIMIT_LINE_BYTES + 1)

    def send(self, data: Any) -> None:
        self._wire.sendall(data)

    def shutdown(self) -> None:
        self._wire.close()


class Client(IMAPClient):  # type: ignore[misc]
    """IMAPClient whose connection was dialled by the guard. Times come with their zone."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        super().__init__("", port=143, ssl=False)
        self.normalise_times = False
        self._imap.debug = 0

    def _create_IMAP4(self) -> _Imap4:  # noqa: N802  (the library's)
        return _Imap4(self._wire)

    def _set_read_timeout(self) -> None:
        """The line has a deadline."""

    def secure(self, host: str) -> None:
        """STARTTLS. Raises IMAPClientError where the server does not offer it, Broken where it fails."""
        self._checkok("starttls", *self._imap._simple_command("STARTTLS"))
        self._wire.start_tls(host)
        self._cached_capabilities = None
        self._imap._get_capabilities()

    def uids(self, criteria: Sequence[bytes]) -> list[int]:
        """The messages of the open folder that fit; `criteria` are atoms and what `quoted` makes."""
        is_ascii = all(getattr(word, "original", word).isascii() for word in criteria)
        charset = [] if is_ascii else [b"CHARSET", b"UTF-8"]
        data = self._raw_command_untagged(b"SEARCH", [*charset, *criteria])
        return [uid for uid in parse_message_list(data) if isinstance(uid, int)]


def quoted(text: str) -> bytes:
    """A word of a search that stays one, whatever is in it: `ALL`, `{5}` and `(` are text then."""
    raw = text.encode()
    word = _quoted(b'"' + raw.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"')
    word.original = raw
    return cast("bytes", word)
