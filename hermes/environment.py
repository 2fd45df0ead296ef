"""Which settings a process runs with."""

import os

ENVIRONMENTS = ("dev", "test", "prod")


def choose_settings() -> None:
    """Point Django at the settings of HERMES_ENV (dev unless set); an unknown name ends the process."""
    name = os.environ.get("HERMES_ENV", "dev")
    if name not in ENVIRONMENTS:
        raise SystemExit(f"HERMES_ENV is {name!r}; it must be one of {', '.join(ENVIRONMENTS)}.")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", f"hermes.settings.{name}")
