"""IMAP4rev1 (RFC 3501) as far as mail programs use it, with UIDPLUS, MOVE, SPECIAL-USE and LITERAL+."""

import asyncio
import base64
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from imapclient.imap_utf7 import decode as from_utf7, encode as to_utf7  # type: ignore[import-untyped]

from connectors.sandbox.email import described, searching
from connectors.sandbox.email.magic import NARROW_TOKEN, NO_IMAP, REFUSED_PASSWORD, REFUSED_TOKEN
from connectors.sandbox.email.mails import LIMIT_BYTES, VALIDITY, Folder, Mail, Mails
from connectors.sandbox.email.tokens import Piece, numbers, parsed, quoted
from connectors.sandbox.tokens import ENDED, account_of

CAPABILITY = b"CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 LITERAL+ UIDPLUS MOVE SPECIAL-USE"
_LITERAL = re.compile(rb"\{(\d+)(\+?)\}\r\n$")
CHALLENGE = '{"status":"%s","schemes":"Bearer","scope":"https://mail.sandbox.example/"}'


_IDLE = frozenset((b"NOOP", b"CHECK", b"SUBSCRIBE", b"ID"))
_CHANGES = frozenset((b"UID STORE", b"UID COPY", b"UID MOVE", b"UID EXPUNGE"))
Command = Callable[[list[Any]], Awaitable[bytes]]


class Refused(Exception):
    """A command is answered with NO and these words."""


class ImapServer:
    """Serves one connection."""

    def __init__(self, mails: Mails, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._mails = mails
        self._reader = reader
        self._writer = writer
        self._is_in = False
        self._open: str | None = None
        self._is_writable = False
        self._before_signing_in: Mapping[bytes, Command] = {
            b"CAPABILITY": self._capability,
            b"LOGOUT": self._logout,
            b"LOGIN": self._login,
            b"AUTHENTICATE": self._authenticate,
        }
        self._on_folders: Mapping[bytes, Command] = {
            b"LIST": self._list,
            b"STATUS": self._status,
            b"SELECT": self._select,
            b"EXAMINE": self._examine,
            b"CREATE": self._create,
            b"APPEND": self._append,
        }
        self._on_messages: Mapping[bytes, Command] = {b"UID SEARCH": self._search, b"UID FETCH": self._fetch}

    async def serve(self) -> None:
        """Until the client leaves."""
        self._say(b"* OK [" + CAPABILITY + b"] Hermes sandbox")
        while pieces := await self._command():
            try:
                tag, name, *words = parsed(pieces)
            except ValueError:
                self._say(b"* BAD cannot be parsed")
                continue
            if name.upper() == b"UID":
                name, *words = [b"UID " + words[0], *words[1:]]
            if await self._answered(tag, name.upper(), words):
                return

    async def _answered(self, tag: bytes, name: bytes, words: list[Any]) -> bool:
        try:
            await self._mails.read()
            told = await self._do(name, words)
        except Refused as refused:
            self._say(tag + b" NO " + str(refused).encode())
        except (ValueError, LookupError, TypeError, AttributeError):
            self._say(tag + b" BAD not understood")
        else:
            self._say(tag + b" OK " + told)
        await self._writer.drain()
        return name == b"LOGOUT"

    async def _do(self, name: bytes, words: list[Any]) -> bytes:
        if name in _IDLE:
            return b"done"
        if name in self._before_signing_in:
            return await self._before_signing_in[name](words)
        if not self._is_in:
            raise Refused("sign in first")
        if name in self._on_folders:
            return await self._on_folders[name](words)
        if self._open is None:
            raise Refused("select a folder first")
        if name in _CHANGES:
            return await self._change(name, words)
        return await self._on_messages[name](words)

    @property
    def _folder(self) -> Folder:
        return self._found(self._open or "")

    def _found(self, name: str) -> Folder:
        if name not in self._mails.folders:
            raise Refused("[NONEXISTENT] no such folder")
        return self._mails.folders[name]

    async def _capability(self, _: list[Any]) -> bytes:
        self._say(b"* " + CAPABILITY)
        return b"done"

    async def _logout(self, _: list[Any]) -> bytes:
        self._say(b"* BYE until next time")
        return b"done"

    async def _login(self, words: list[Any]) -> bytes:
        return self._let_in(words[1].decode())

    async def _authenticate(self, words: list[Any]) -> bytes:
        self._say(b"+ ")
        await self._writer.drain()
        given = base64.b64decode(await self._reader.readline()).decode()
        if words[0].upper() == b"PLAIN":
            return self._let_in(given.split("\0")[2])
        secret = account_of(given.partition("auth=Bearer ")[2].partition("\1")[0])
        if secret in (REFUSED_TOKEN, NARROW_TOKEN, ENDED):
            status = "403" if secret == NARROW_TOKEN else "401"
            self._say(b"+ " + base64.b64encode((CHALLENGE % status).encode()))
            await self._writer.drain()
            await self._reader.readline()
            raise Refused("[AUTHENTICATIONFAILED] invalid credentials")
        self._is_in = True
        return b"welcome"

    def _let_in(self, password: str) -> bytes:
        if password == REFUSED_PASSWORD:
            raise Refused("[AUTHENTICATIONFAILED] invalid credentials")
        if password == NO_IMAP:
            raise Refused("[AUTHORIZATIONFAILED] IMAP access is disabled for this account")
        self._is_in = True
        return b"welcome"

    async def _list(self, _: list[Any]) -> bytes:
        for name, folder in self._mails.folders.items():
            flags = f"\\HasNoChildren {folder.role}".strip().encode()
            self._say(b"* LIST (" + flags + b') "/" ' + quoted(to_utf7(name)))
        return b"done"

    async def _status(self, words: list[Any]) -> bytes:
        name = _name(words[0])
        folder = self._found(name)
        unseen = sum("\\Seen" not in m.flags for m in folder.mails)
        told = (
            f"MESSAGES {len(folder.mails)} UNSEEN {unseen} UIDNEXT {folder.next_uid} UIDVALIDITY {VALIDITY}"
        )
        self._say(b"* STATUS " + quoted(to_utf7(name)) + f" ({told})".encode())
        return b"done"

    async def _select(self, words: list[Any]) -> bytes:
        return self._opened(_name(words[0]), writable=True)

    async def _examine(self, words: list[Any]) -> bytes:
        return self._opened(_name(words[0]), writable=False)

    def _opened(self, name: str, *, writable: bool) -> bytes:
        folder = self._found(name)
        self._open, self._is_writable = name, writable
        self._say(b"* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)")
        self._say(b"* %d EXISTS" % len(folder.mails))
        self._say(b"* 0 RECENT")
        self._say(b"* OK [UIDVALIDITY %d] valid" % VALIDITY)
        self._say(b"* OK [UIDNEXT %d] next" % folder.next_uid)
        return b"[READ-WRITE] open" if writable else b"[READ-ONLY] open"

    async def _create(self, words: list[Any]) -> bytes:
        name = _name(words[0])
        if name in self._mails.folders:
            raise Refused("[ALREADYEXISTS] there is such a folder")
        self._mails.folders[name] = Folder("", 1, [])
        await self._mails.keep()
        return b"done"

    async def _append(self, words: list[Any]) -> bytes:
        name, flags = _name(words[0]), words[1] if isinstance(words[1], list) else []
        self._found(name)
        uid = await self._mails.add(name, words[-1], [f.decode() for f in flags])
        await self._mails.keep()
        return b"[APPENDUID %d %d] done" % (VALIDITY, uid)

    async def _search(self, words: list[Any]) -> bytes:
        found = await searching.matches(words, self._folder.mails, self._mails.source)
        self._say(b"* SEARCH " + b" ".join(b"%d" % uid for uid in found))
        return b"done"

    async def _fetch(self, words: list[Any]) -> bytes:
        wanted = numbers(words[0], [m.uid for m in self._folder.mails])
        names = [b"UID", *_items(words[1])]
        for position, mail in enumerate(self._folder.mails, 1):
            if mail.uid in wanted:
                source = await self._mails.source(mail)
                told = b" ".join(described.item(name, mail, source) for name in names)
                self._say(b"* %d FETCH (" % position + told + b")")
        return b"done"

    async def _change(self, name: bytes, words: list[Any]) -> bytes:
        if not self._is_writable and name != b"UID COPY":
            raise Refused("the folder is open for reading only")
        wanted = numbers(words[0], [m.uid for m in self._folder.mails])
        mails = [m for m in self._folder.mails if m.uid in wanted]
        told = b"done"
        match name:
            case b"UID STORE":
                _store(mails, words[1].upper(), {f.decode() for f in words[2]})
            case b"UID EXPUNGE":
                self._expunge([m for m in mails if "\\Deleted" in m.flags])
            case _:
                told = self._copy(mails, _name(words[1]))
        if name == b"UID MOVE":
            self._say(b"* OK " + told)
            self._expunge(mails)
        await self._mails.keep()
        return told if name == b"UID COPY" else b"done"

    def _copy(self, mails: list[Mail], name: str) -> bytes:
        if name not in self._mails.folders:
            raise Refused("[TRYCREATE] no such folder")
        pairs = [(mail.uid, self._mails.copy(mail, name)) for mail in mails]
        old, new = (b",".join(b"%d" % pair[side] for pair in pairs) for side in (0, 1))
        return b"[COPYUID %d " % VALIDITY + old + b" " + new + b"] done" if pairs else b"nothing"

    def _expunge(self, mails: list[Mail]) -> None:
        for mail in mails:
            self._say(b"* %d EXPUNGE" % (self._folder.mails.index(mail) + 1))
            self._mails.remove(self._open or "", [mail.uid])

    async def _command(self) -> list[Piece]:
        """The stretches of the next command; none when the client is gone."""
        pieces: list[Piece] = []
        while line := await self._reader.readline():
            found = _LITERAL.search(line)
            if found is None:
                return [*pieces, line.rstrip(b"\r\n")]
            if int(found[1]) > LIMIT_BYTES:
                self._say(b"* BYE [TOOBIG] more than is held")
                return []
            if not found[2]:
                self._say(b"+ go on")
                await self._writer.drain()
            pieces += [line[: found.start()], (await self._reader.readexactly(int(found[1])),)]
        return []

    def _say(self, line: bytes) -> None:
        self._writer.write(line + b"\r\n")


def _store(mails: Sequence[Mail], change: bytes, flags: set[str]) -> None:
    for mail in mails:
        added = set(mail.flags) | flags if change.startswith(b"+") else flags
        mail.flags = sorted(set(mail.flags) - flags if change.startswith(b"-") else added)


def _items(told: Any) -> list[bytes]:
    """The items of a FETCH; header names in brackets are one word of it with what follows."""
    return [told] if isinstance(told, bytes) else told


def _name(word: bytes) -> str:
    name = from_utf7(word)
    return "INBOX" if name.upper() == "INBOX" else str(name)
