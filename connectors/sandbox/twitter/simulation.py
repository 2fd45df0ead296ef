"""X's stand-in for people who try it."""

from connectors.sandbox.lost import LOST
from connectors.sandbox.simulating import UNREACHED, Simulation, Value, lost_values
from connectors.sandbox.twitter import magic
from connectors.sandbox.twitter.people import KINDS

MARK = "sandbox-fail-"

SIMULATION = Simulation(
    sender="ann_sandbox",
    kinds=KINDS,
    values=(
        *(
            Value(MARK + word, "text", f"{made().told['detail']} ({made().status})")
            for word, made in magic.REFUSALS.items()
        ),
        Value(MARK + magic.UNREACHED, "text", UNREACHED),
        *lost_values({MARK + how: how for how in LOST}, "text"),
        Value(magic.UNREACHABLE_PERSON, "to", "Takes no messages."),
        Value(magic.GONE, "post_id", "The post is gone."),
        Value(magic.PROTECTED, "post_id", "The post of a protected account."),
    ),
)
