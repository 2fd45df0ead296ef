"""Make `.venv` with the pinned dependencies, or see that it is there already.

Runs with any Python 3.6 or newer and needs nothing installed: it looks for a Python that
Hermes supports, so that `make run` works on a fresh clone.
"""

import hashlib
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / ".hermes-requirements"
REQUIREMENTS = ROOT / "requirements.txt"
SUPPORTED = ("3.12", "3.11")
PROBE = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"


def main() -> None:
    """Leave a virtual environment that matches requirements.txt, or end with a sentence that says why not."""
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    if STAMP.exists() and STAMP.read_text() == wanted and version_of(str(PYTHON)):
        return
    make_venv()
    install()
    STAMP.write_text(wanted)


def version_of(python: str) -> str:
    """'3.11' or '3.12' where this interpreter runs and can make virtual environments, else ''."""
    try:
        answer = subprocess.run(
            [python, "-c", PROBE],
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=20,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    version = answer.stdout.decode().strip()
    return version if answer.returncode == 0 and version in SUPPORTED else ""


def find_python() -> str:
    """The first supported interpreter: this one, those on the PATH, those of pyenv, else ''."""
    on_path = [shutil.which("python" + v) for v in (*SUPPORTED, "3")]
    by_pyenv = sorted(p for v in SUPPORTED for p in Path.home().glob(f".pyenv/versions/{v}.*/bin/python"))
    for candidate in (sys.executable, *on_path, *by_pyenv):
        if candidate and version_of(str(candidate)):
            return str(candidate)
    return ""


def make_venv() -> None:
    """Make `.venv` anew unless a usable one stands there."""
    if version_of(str(PYTHON)):
        return
    python = find_python()
    if not python:
        sys.exit(
            "Hermes needs Python 3.11 or 3.12 with the venv module; install one"
            " (Debian, Ubuntu: apt install python3.11 python3.11-venv) and run this again."
        )
    say(f"Making .venv with Python {version_of(python)} ({python})")
    subprocess.run([python, "-m", "venv", "--clear", str(VENV)], check=True)


def install() -> None:
    """Install what requirements.txt pins, checked against its hashes, and show how far it is."""
    started = time.monotonic()
    total = sum("==" in line for line in REQUIREMENTS.read_text().splitlines())
    command = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    command += ["--progress-bar=off", "--require-hashes", "-r", str(REQUIREMENTS)]
    say(f"Installing {total} pinned packages")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as pip:
        last = follow(pip, total)
    if pip.returncode != 0:
        sys.exit("\n".join(last) + "\nThe dependencies could not be installed; the lines above say why.")
    say(f"Dependencies are in place after {time.monotonic() - started:.0f} s")


def follow(pip: "subprocess.Popen[bytes]", total: int) -> "list[str]":
    """Turn pip's output into a counter; the last lines are returned for the case that it fails."""
    last: list[str] = []
    seen = 0
    for raw in pip.stdout or ():
        line = raw.decode(errors="replace").rstrip()
        last = [*last[-14:], line]
        if line.startswith(("Collecting ", "Requirement already satisfied")):
            seen += 1
            count(min(seen, total), total, line.split()[1] if line.startswith("C") else "")
        elif line.startswith("Installing collected packages"):
            count(total, total, "unpacking")
    if sys.stdout.isatty():
        say("\r\033[K", end="")
    return last


def count(seen: int, total: int, what: str) -> None:
    """Show the counter: in place on a terminal, else every 25 packages."""
    if sys.stdout.isatty():
        say(f"\r\033[K  {seen:3}/{total} {what[:60]}", end="")
    elif seen % 25 == 0 or what == "unpacking":
        say(f"  {seen:3}/{total} {what}")


def say(text: str, end: str = "\n") -> None:
    """Print at once."""
    sys.stdout.write(text + end)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
