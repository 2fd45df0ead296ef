"""A developer's machine and `make run`: local secrets are made once under HERMES_DATA_DIR."""

import sys

from hermes.local.secrets import local_secret
from hermes.settings.base import *  # noqa: F403
from hermes.settings.base import (
    CREDENTIAL_ENCRYPTION_KEYS as _KEYS,
    DATA_DIR,
    INSTALLED_APPS as _APPS,
    SECRET_KEY as _SECRET_KEY,
    env,
)

SECRET_KEY = _SECRET_KEY or local_secret(DATA_DIR, "secret_key")
CREDENTIAL_ENCRYPTION_KEYS = _KEYS or f"local1:{local_secret(DATA_DIR, 'credential_key')}"
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *env.list("ALLOWED_HOSTS", default=[])]
MCP_CONFORMANCE = env.bool("HERMES_MCP_CONFORMANCE", default=False)
# Daphne's app makes `runserver` serve ASGI; elsewhere it would only cost every process the import of Twisted.
INSTALLED_APPS = ["daphne", *_APPS] if "runserver" in sys.argv else _APPS
# Static files come from where they lie; production collects them into the image.
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
DEBUG = env.bool("DEBUG", default=False)
