"""Webhook bodies as Meta posts them for Instagram."""

import time
from collections.abc import Mapping
from typing import Any

from connectors.sandbox.instagram.state import now_ms


def message(
    account: str, person: str, content: Mapping[str, Any], *, is_echo: bool = False
) -> dict[str, Any]:
    """What a person sent or did, or, as an echo, what the account sent; `content` has one member by kind."""
    sender, recipient = (account, person) if is_echo else (person, account)
    item = {"sender": {"id": sender}, "recipient": {"id": recipient}, "timestamp": now_ms(), **content}
    return _body(account, {"messaging": [item]})


def comment(account: str, written: Mapping[str, Any]) -> dict[str, Any]:
    """A comment somebody wrote under a post."""
    value = {
        "id": written["id"],
        "from": written["from"],
        "text": written["text"],
        "media": {"id": written["media"], "media_product_type": "FEED"},
    }
    if written["parent_id"]:
        value["parent_id"] = written["parent_id"]
    return change(account, "comments", value)


def change(account: str, field: str, value: Mapping[str, Any]) -> dict[str, Any]:
    """A change of a field."""
    return _body(account, {"changes": [{"field": field, "value": value}]})


def _body(account: str, content: Mapping[str, Any]) -> dict[str, Any]:
    entry = {"id": account, "time": int(time.time()), **content}
    return {"object": "instagram", "entry": [entry]}
