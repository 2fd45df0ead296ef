"""LinkedIn's stand-in for people who try it."""

from connectors.sandbox.linkedin import magic
from connectors.sandbox.lost import LOST
from connectors.sandbox.simulating import UNREACHED, Simulation, Value, lost_values

MARK = "sandbox-fail-"

SIMULATION = Simulation(
    sender="ann",
    kinds=("text",),
    values=(
        *(
            Value(MARK + word, "text", f"{made().message} ({made().status})")
            for word, made in magic.REFUSALS.items()
        ),
        Value(MARK + magic.UNREACHED, "text", UNREACHED),
        *lost_values({MARK + how: how for how in LOST}, "text"),
    ),
)
