"""Secrets of a local installation, made once and kept under HERMES_DATA_DIR."""

import base64
import os
from pathlib import Path


def local_secret(data_dir: Path, name: str) -> str:
    """The secret called `name`: 32 random bytes in base64, made at the first call, for its owner's eyes."""
    path = data_dir / "secrets" / name
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(fd, "w") as f:
        f.write(base64.b64encode(os.urandom(32)).decode())
    return path.read_text().strip()
