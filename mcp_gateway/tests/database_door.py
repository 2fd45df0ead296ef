"""A loopback port that leads to the database server and can be shut, broken or said to be full."""

import contextlib
import selectors
import socket
import threading
from collections.abc import Iterator

# MySQL client/server protocol: an ERR_Packet instead of the greeting, length and sequence number first.
_ERROR_1040 = b"\xff" + (1040).to_bytes(2, "little") + b"#08004Too many connections"
_TOO_MANY = len(_ERROR_1040).to_bytes(3, "little") + b"\0" + _ERROR_1040


class DatabaseDoor:
    """Forwards connections. `is_full` answers new ones with error 1040; `cut_at` breaks one at that word.

    Beyond `room` open connections it says so too; `most` is how many there were at once.
    """

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._listener: socket.socket | None = None
        self._pairs: dict[socket.socket, socket.socket] = {}
        self._selector = selectors.DefaultSelector()
        self._ends = False
        self.port = 0
        self.is_full = False
        self.room = 1_000
        self.most = 0
        self.cut_at: bytes | None = None
        self.forwards_before_cut = True
        self.open()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def open(self) -> None:
        """Listen (again, on the same port)."""
        listener = socket.create_server(("127.0.0.1", self.port))
        self.port = listener.getsockname()[1]
        self._listener = listener
        self._selector.register(listener, selectors.EVENT_READ)

    def shut(self) -> None:
        """Refuse new connections and break the open ones."""
        if self._listener is not None:
            self._selector.unregister(self._listener)
            self._listener.close()
            self._listener = None
        self.break_connections()

    def break_connections(self) -> None:
        """Break the open connections; new ones are taken."""
        for each in list(self._pairs):
            self._drop(each)

    def end(self) -> None:
        """Shut for good."""
        self.shut()
        self._ends = True
        self._thread.join(5)
        self._selector.close()

    def _run(self) -> None:
        while not self._ends:
            for key, _ in self._selector.select(0.05):
                with contextlib.suppress(OSError, KeyError, ValueError):  # broken meanwhile
                    if key.fileobj is self._listener:
                        self._accept()
                    else:
                        self._forward(key.fileobj)  # type: ignore[arg-type]

    def _accept(self) -> None:
        assert self._listener is not None
        client, _ = self._listener.accept()
        if self.is_full or len(self._pairs) // 2 >= self.room:
            client.sendall(_TOO_MANY)
            client.close()
            return
        server = socket.create_connection(self._target)
        self._pairs[client], self._pairs[server] = server, client
        self.most = max(self.most, len(self._pairs) // 2)
        for each in (client, server):
            self._selector.register(each, selectors.EVENT_READ)
        if self._listener is None:
            self._drop(client)  # shut while this one was let in

    def _forward(self, source: socket.socket) -> None:
        data = source.recv(65_536)
        cuts = self.cut_at is not None and self.cut_at in data
        if data and (self.forwards_before_cut or not cuts):
            self._pairs[source].sendall(data)
        if not data or cuts:
            self.cut_at = None if cuts else self.cut_at
            self._drop(source)

    def _drop(self, one: socket.socket) -> None:
        other = self._pairs.pop(one, None)
        if other is None:
            return
        self._pairs.pop(other, None)
        for each in (one, other):
            with contextlib.suppress(KeyError, ValueError):
                self._selector.unregister(each)
            each.close()


@contextlib.contextmanager
def database_door(host: str, port: int) -> Iterator[DatabaseDoor]:
    """An open door, shut afterwards."""
    door = DatabaseDoor(host, port)
    try:
        yield door
    finally:
        door.end()
