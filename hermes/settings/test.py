"""The test suite: real SQLite (or DATABASE_URL), real Redis, fixed secrets that guard nothing."""

import base64

from hermes.settings.base import *  # noqa: F403
from hermes.settings.base import CREDENTIAL_ENCRYPTION_KEYS as _KEYS, DATABASES, DATA_DIR

SECRET_KEY = "test-only-secret-key-that-guards-nothing-at-all-0123456789"
CREDENTIAL_ENCRYPTION_KEYS = _KEYS or "t1:" + base64.b64encode(bytes(range(32))).decode()
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MCP_API_KEY = "operator-test-key-0123456789abcdefghij"
META_APP_SECRET = ["meta-app-secret-current", "meta-app-secret-previous"]
META_VERIFY_TOKEN = "meta-verify-token"
MCP_LEGACY_SSE = True
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
