"""WhatsApp's stand-in for people who try it."""

from connectors.sandbox.graph import Refusal
from connectors.sandbox.simulating import UNREACHED, Simulation, Value, lost_values
from connectors.sandbox.whatsapp import magic
from connectors.sandbox.whatsapp.inbound import KINDS


def _words(refusal: Refusal) -> str:
    return f"{refusal.details or refusal.title} ({refusal.code})"


SIMULATION = Simulation(
    sender="+14155550123",
    kinds=("text", *(kind for kind in KINDS if kind != "text")),
    values=(
        *(Value(f"+{number}", "to", _words(refusal)) for number, refusal in magic.REFUSALS.items()),
        Value(f"+{magic.NOT_REACHED}", "to", UNREACHED),
        *lost_values({f"+{number}": how for number, how in magic.LOST.items()}, "to"),
        *(
            Value(f"+{number}", "to", f"Sent, then failed. {_words(refusal)}")
            for number, refusal in magic.FAILURES.items()
        ),
        *(Value(f"+{number}", "to", f"Stays {status}.") for number, status in magic.LAST_STATUS.items()),
    ),
)
