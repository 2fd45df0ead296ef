"""What the stand-in remembers of one account: folders of messages, as a mail server keeps them."""

import base64
import dataclasses
import os
import time
from collections.abc import Iterable, Sequence
from typing import Any

from connectors.sandbox.email.samples import SAMPLES
from connectors.sandbox.store import SandboxStore

VALIDITY = 1_700_000_000
TTL_S = 90 * 86_400
LIMIT_MAILS = 300
LIMIT_BYTES = 5 * 1024 * 1024
# After the samples, whose numbers the documentation names, numbers begin at the seconds from then to the
# first use: they rise even where the store was emptied, so one that was told never means another message.
FIRST_UID = 1_700_000_000
FOLDERS = {
    "INBOX": "",
    "Sent": "\\Sent",
    "Drafts": "\\Drafts",
    "Trash": "\\Trash",
    "Archive": "\\Archive",
    "Junk": "\\Junk",
}


@dataclasses.dataclass
class Mail:
    """A message of a folder; its source is kept under `key`."""

    uid: int
    key: str
    flags: list[str]
    at: float
    size: int


@dataclasses.dataclass
class Folder:
    """`role` is its special-use flag."""

    role: str
    next_uid: int
    mails: list[Mail]


class Mails:
    """The folders as they are now; read anew for each command, kept after each change."""

    def __init__(self, store: SandboxStore) -> None:
        self._store = store
        self.folders: dict[str, Folder] = {}

    async def read(self) -> None:
        """Read the folders; a new account has some mail already."""
        kept = await self._store.get("mailbox")
        if kept is None:
            await self._begin()
            return
        self.folders = {
            name: Folder(told["role"], told["next_uid"], [Mail(*mail) for mail in told["mails"]])
            for name, told in kept.items()
        }

    async def keep(self) -> None:
        """Keep the folders as they are."""
        told = {
            name: {
                "role": folder.role,
                "next_uid": folder.next_uid,
                "mails": [dataclasses.astuple(mail) for mail in folder.mails],
            }
            for name, folder in self.folders.items()
        }
        await self._store.put("mailbox", told, ttl_s=TTL_S)

    async def source(self, mail: Mail) -> bytes:
        """A message as it came; empty where its time is over."""
        kept: Any = await self._store.get(f"mail:{mail.key}")
        return base64.b64decode(kept) if kept else b""

    async def add(
        self, name: str, source: bytes, flags: Iterable[str] = (), *, at: float | None = None
    ) -> int:
        """Put a message into a folder and return its UID; of more than 300 in it the oldest go."""
        key = os.urandom(8).hex()
        await self._store.put(f"mail:{key}", base64.b64encode(source).decode(), ttl_s=TTL_S)
        return self._place(
            name, Mail(0, key, sorted(set(flags)), time.time() if at is None else at, len(source))
        )

    def copy(self, mail: Mail, name: str) -> int:
        """Put a message of the account into a further folder and return its UID there."""
        return self._place(name, dataclasses.replace(mail, flags=list(mail.flags)))

    def remove(self, name: str, uids: Sequence[int]) -> None:
        """Take messages out of a folder."""
        self.folders[name].mails = [m for m in self.folders[name].mails if m.uid not in uids]

    def _place(self, name: str, mail: Mail) -> int:
        folder = self.folders[name]
        mail.uid = folder.next_uid
        folder.next_uid += 1
        folder.mails = [*folder.mails, mail][-LIMIT_MAILS:]
        return mail.uid

    async def _begin(self) -> None:
        first = int(time.time()) - FIRST_UID
        self.folders = {name: Folder(role, first, []) for name, role in FOLDERS.items()}
        for sample in SAMPLES:
            await self.add(sample.folder, sample.source, sample.flags, at=sample.at)
            self.folders[sample.folder].mails[-1].uid = sample.uid
        await self.keep()
