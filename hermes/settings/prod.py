"""Production: nothing is guessed, secrets must be given, and transport is HTTPS."""

from hermes.settings.base import *  # noqa: F403
from hermes.settings.base import ALLOWED_HOSTS, EGRESS_ALLOW, METRICS_TOKEN, PUBLIC_URL, SECRET_KEY, env

# The key ring is checked where processes start (tenants.startup): `migrate` runs without it.
for _name, _value in {"SECRET_KEY": SECRET_KEY, "ALLOWED_HOSTS": ALLOWED_HOSTS}.items():
    if not _value:
        raise SystemExit(f"{_name} is not set; production does not start without it.")
if "*" in ALLOWED_HOSTS:
    raise SystemExit("ALLOWED_HOSTS holds '*'; name the hosts this deployment answers to.")
if EGRESS_ALLOW:
    raise SystemExit("HERMES_EGRESS_ALLOW opens inner addresses for tests; unset it in production.")
if not PUBLIC_URL.startswith("https://"):
    raise SystemExit("HERMES_PUBLIC_URL must begin with https:// in production.")

SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
METRICS_OPEN = METRICS_TOKEN != ""
