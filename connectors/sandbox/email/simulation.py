"""The mail servers' stand-in for people who try it."""

from connectors.sandbox.email import magic
from connectors.sandbox.simulating import LOST_WORDS, Simulation, Value

SIMULATION = Simulation(
    sender="ben@customer.example",
    kinds=("text", "html"),
    values=(
        *(
            Value(f"{name}@{magic.DOMAIN}", "to", answer)
            for name, answer in (magic.REFUSED_RECIPIENTS | magic.REFUSED_MESSAGES).items()
        ),
        *(
            Value(f"{name}@{magic.DOMAIN}", "to", LOST_WORDS[how])
            for name, how in ((magic.CUT, "cut"), (magic.SILENT, "never"), (magic.SLOW, "slow"))
        ),
    ),
)
