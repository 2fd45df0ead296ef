"""The web process of production with a short deadline for bodies: `-m tests.edge.short_deadline PORT`."""

import sys

import uvicorn

from hermes.core import bodies

DEADLINE_S = 3.0

if __name__ == "__main__":
    bodies.DEADLINE_S = DEADLINE_S
    uvicorn.run("hermes.asgi:application", port=int(sys.argv[1]), log_level="warning")
