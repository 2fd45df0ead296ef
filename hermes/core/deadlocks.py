"""Acts that lost a deadlock are done again.

A call that is recorded takes shared locks on the customer's and the connection's row (foreign keys), in the
order of its statements; an act of management locks the same rows to change them. MariaDB then undoes one of
the two. The group commit repeats what it wrote; this does so for everybody else.
"""

import functools
import random
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django import db
from django.db import connection

from hermes.core.database_faults import Fault, fault

ATTEMPTS = 6
P = ParamSpec("P")
T = TypeVar("T")


def repeated(act: Callable[P, T]) -> Callable[P, T]:
    """`act`, done again where the database undid its transaction for the sake of another.

    What `act` does outside of its transaction must bear repetition. Inside a transaction of the caller it
    is not repeated: the whole of that is undone.
    """

    @functools.wraps(act)
    def patient(*args: P.args, **kwargs: P.kwargs) -> T:
        for attempt in range(1, ATTEMPTS):
            try:
                return act(*args, **kwargs)
            except db.Error as error:
                if fault(error) is not Fault.REPEATABLE or connection.in_atomic_block:
                    raise
                time.sleep(random.uniform(0.5, 1.0) * 0.004 * 2**attempt)  # noqa: S311  (spreads rivals)
        return act(*args, **kwargs)

    return patient
