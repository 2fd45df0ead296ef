"""Where the private Redis listens."""

import hashlib
import os
import tempfile
from pathlib import Path
from urllib.parse import quote

PATH_LIMIT_BYTES = 100  # sun_path holds 108 bytes on Linux and 104 on macOS, the ending zero included


def redis_socket(data_dir: Path) -> Path:
    """The socket in the data directory, or, where that path is too long, in a short folder named after it."""
    socket = data_dir / "redis.sock"
    if len(str(socket).encode()) <= PATH_LIMIT_BYTES:
        return socket
    name = f"hermes-{os.getuid()}-{hashlib.sha256(str(data_dir).encode()).hexdigest()[:16]}"
    socket = Path(tempfile.gettempdir()) / name / "redis.sock"
    # The folder must be this user's own before a server is started in it (hermes.local.redis).
    return socket if len(str(socket).encode()) <= PATH_LIMIT_BYTES else Path("/tmp") / name / "redis.sock"  # noqa: S108


def redis_url(socket: Path) -> str:
    """The REDIS_URL of a server on this socket."""
    return f"unix://{quote(str(socket))}"
