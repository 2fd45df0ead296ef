"""The test suite: SQLite or DATABASE_URL, a private Redis per test process, secrets that guard nothing."""

import atexit
import base64
import os
import shutil
import tempfile
from pathlib import Path

import connectors

connectors.__path__.append(str(Path(__file__).parents[2] / "tests/support/connectors"))
os.environ["HERMES_ENV"] = "test"
if "HERMES_DATA_DIR" not in os.environ:
    os.environ["HERMES_DATA_DIR"] = tempfile.mkdtemp(prefix="hermes-test-")
    atexit.register(shutil.rmtree, os.environ["HERMES_DATA_DIR"], ignore_errors=True)
if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
    # Nothing is written beside the code, but tests start a hundred processes, and each would compile it.
    os.environ["PYTHONPYCACHEPREFIX"] = f"{os.environ['HERMES_DATA_DIR']}/compiled"
_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
_OWN_REDIS = f"unix://{os.environ['HERMES_DATA_DIR']}/"
if os.environ.get("REDIS_URL", _OWN_REDIS).startswith(_OWN_REDIS):  # not given, or another worker's
    os.environ["REDIS_URL"] = f"{_OWN_REDIS}{_WORKER}.sock"

from hermes.settings.base import *  # noqa: E402, F403
from hermes.settings.base import (  # noqa: E402
    CACHES,
    CREDENTIAL_ENCRYPTION_KEYS as _KEYS,
    DATA_DIR,
    DATABASES,
    env,
)

SECRET_KEY = "test-only-secret-key-that-guards-nothing-at-all-0123456789"
CREDENTIAL_ENCRYPTION_KEYS = _KEYS or "t1:" + base64.b64encode(bytes(range(32))).decode()
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MCP_API_KEY = env.str("MCP_API_KEY", default="operator-test-key-0123456789abcdefghij")
META_APP_SECRET = ["meta-app-secret-current", "meta-app-secret-previous"]
STRIPE_WEBHOOK_SECRET = ["whsec_current", "whsec_previous"]
STRIPE_PRICES = {"price_starter": "starter", "price_growth": "growth"}
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
WORKER_REST = 0.0
CACHES["default"]["KEY_PREFIX"] = f"test-{_WORKER}"
META_VERIFY_TOKEN = "meta-verify-token"
TWITTER_CONSUMER_SECRET = ["x-consumer-secret-current", "x-consumer-secret-previous"]
MCP_LEGACY_SSE = True
MCP_CONFORMANCE = env.bool("HERMES_MCP_CONFORMANCE", default=True)
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
