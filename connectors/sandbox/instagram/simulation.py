"""Instagram's stand-in for people who try it."""

from connectors.sandbox.instagram import magic
from connectors.sandbox.instagram.inbound import KINDS
from connectors.sandbox.lost import LOST
from connectors.sandbox.simulating import UNREACHED, Simulation, Value, lost_values

MARK = "sandbox-fail-"

SIMULATION = Simulation(
    sender="1254459154682919",
    kinds=KINDS,
    values=(
        *(Value(MARK + word, "text", f"{r.title} ({r.code})") for word, r in magic.REFUSALS.items()),
        Value(MARK + magic.UNREACHED, "text", UNREACHED),
        *lost_values({MARK + how: how for how in LOST}, "text"),
    ),
)
