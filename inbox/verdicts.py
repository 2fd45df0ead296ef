"""What becomes of a delivery."""

import dataclasses
from collections.abc import Sequence


@dataclasses.dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a delivery; `received` means that some of it failed and is to be tried again.

    Of a `spent` one everything has reached its connections, so its body need not be kept.
    """

    state: str
    reason: str = ""
    awaits: Sequence[str] = ()
    is_spent: bool = False
