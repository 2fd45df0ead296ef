"""Discord's stand-in for people who try it."""

from connectors.sandbox.discord import magic
from connectors.sandbox.discord.people import POSTED, WRITTEN
from connectors.sandbox.simulating import UNREACHED, Simulation, Value, lost_values

SIMULATION = Simulation(
    sender="ana",
    kinds=(*WRITTEN, *POSTED),
    values=(
        *(
            Value(id_, "channel_id", f"{r.message} ({r.code or r.status})")
            for id_, r in magic.CHANNELS.items()
        ),
        Value(magic.NOT_REACHED, "channel_id", UNREACHED),
        *lost_values(magic.LOST, "channel_id"),
        *(
            Value(id_, "user_id", f"{r.message} ({r.code})")
            for id_, r in (magic.UNOPENED | magic.UNREACHABLE).items()
        ),
    ),
)
