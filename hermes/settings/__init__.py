"""Settings of the environment named by HERMES_ENV: dev (default), test or prod."""

import os

match os.environ.get("HERMES_ENV", "dev"):
    case "dev":
        from hermes.settings.dev import *  # noqa: F403
    case "test":
        from hermes.settings.test import *  # noqa: F403
    case "prod":
        from hermes.settings.prod import *  # noqa: F403
    case other:
        raise SystemExit(f"HERMES_ENV is {other!r}; it must be dev, test or prod.")
