"""What is remembered of an account is its own, and bounded."""

import pytest

from tenants import memories


def test_each_account_has_its_own_memory() -> None:
    memories.of("con_a")["pace"] = 1
    assert memories.of("con_a") == {"pace": 1}
    assert memories.of("con_b") == {}
    memories.forget()
    assert memories.of("con_a") == {}


def test_the_accounts_used_longest_ago_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memories, "ACCOUNTS", 2)
    memories.forget()
    for name in ("con_a", "con_b", "con_a", "con_c"):
        memories.of(name)["seen"] = True
    assert [bool(memories.of(name)) for name in ("con_a", "con_c")] == [True, True]
    assert memories.of("con_b") == {}
