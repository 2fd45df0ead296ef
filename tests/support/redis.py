"""A Redis server of the tests' own."""

from pathlib import Path

from hermes.local import redis


class PrivateRedis(redis.PrivateRedis):
    """A Redis server on a unix socket that ends as a crash would; it may be started again."""

    def __init__(self, socket: Path) -> None:
        super().__init__(socket, socket.parent)

    def start(self, *, durable: bool = False) -> None:
        super().start(durable=durable)

    def stop(self) -> None:
        self.kill()
