"""Telegram's stand-in for people who try it."""

from connectors.sandbox.simulating import UNREACHED, Simulation, Value, lost_values
from connectors.sandbox.telegram import magic
from connectors.sandbox.telegram.inbound import KINDS

SIMULATION = Simulation(
    sender="700100200",
    kinds=("text", *(kind for kind in KINDS if kind != "text")),
    values=(
        *(Value(chat, "chat_id", f"{words} ({status})") for chat, (status, words) in magic.REFUSALS.items()),
        Value(magic.NOT_REACHED, "chat_id", UNREACHED),
        *lost_values(magic.LOST, "chat_id"),
    ),
)
