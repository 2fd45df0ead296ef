"""The e-mails of a live Hermes. No worker runs beside it: what waits is sent by whoever looks."""

import email
import re
import time
from email.message import Message
from email.policy import default
from pathlib import Path

from django.test import override_settings

from portal.letters import outbox

ARRIVES_WITHIN_S = 10.0
FILES = {"EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend"}


class Letters:
    """A folder with a file for each sending process and moment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def to(self, address: str) -> list[Message]:
        """Those to an address, oldest first."""
        return [letter for letter in self._all() if address in str(letter["To"])]

    def newest_to(self, address: str, count: int = 1) -> str:
        """The text of the newest to the address, once there are `count` of them."""
        deadline = time.monotonic() + ARRIVES_WITHIN_S
        while time.monotonic() < deadline:
            if len(found := self.to(address)) >= count:
                return _text(found[-1])
            time.sleep(0.05)
        raise TimeoutError(f"no letter to {address}")

    def link_to(self, address: str, count: int = 1) -> str:
        """The path of the first link in the newest letter to the address."""
        found = re.search(r"https?://[^/\s]+(/\S*)", self.newest_to(address, count))
        assert found is not None
        return found[1]

    def _all(self) -> list[Message]:
        with override_settings(**FILES, EMAIL_FILE_PATH=str(self.folder)):
            outbox.send_due()
        files = sorted(self.folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)
        parts = [part for file in files for part in re.split(r"(?m)^-{79}$\n?", file.read_text())]
        return [email.message_from_string(part, policy=default) for part in parts if part.strip()]


def _text(letter: Message) -> str:
    for part in letter.walk():
        if part.get_content_type() == "text/plain":
            payload = part.get_payload(decode=True)
            assert isinstance(payload, bytes)
            return payload.decode()
    raise AssertionError("the letter has no plain text")
