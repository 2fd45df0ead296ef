"""Settings common to all environments; each may also come from the file that NAME_FILE names."""

import logging
from pathlib import Path

import environ

from connectors.registry import all_connectors
from hermes.core import logs, sentry
from hermes.local.sockets import redis_socket, redis_url
from hermes.settings import oauth, periodic
from hermes.settings.staff import UNFOLD

BASE_DIR = Path(__file__).resolve().parents[2]
env = environ.FileAwareEnv()
ENVIRONMENT = env.str("HERMES_ENV", default="dev")

DATA_DIR = Path(env.str("HERMES_DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
PORT = env.int("PORT", default=8000)
PUBLIC_URL = env.str("HERMES_PUBLIC_URL", default=f"http://localhost:{PORT}").rstrip("/")

SECRET_KEY = env.str("SECRET_KEY", default="")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
CREDENTIAL_ENCRYPTION_KEYS = env.str("CREDENTIAL_ENCRYPTION_KEYS", default="") or env.str(
    "CREDENTIAL_ENCRYPTION_KEY", default=""
)
MCP_API_KEY = env.str("MCP_API_KEY", default="")
META_APP_SECRET = env.list("META_APP_SECRET", default=[])
META_VERIFY_TOKEN = env.str("META_VERIFY_TOKEN", default="")
TWITTER_CONSUMER_SECRET = env.list("TWITTER_CONSUMER_SECRET", default=[])
STRIPE_SECRET_KEY = env.str("STRIPE_SECRET_KEY", default="")
STRIPE_WEBHOOK_SECRET = env.list("STRIPE_WEBHOOK_SECRET", default=[])
STRIPE_API_BASE = env.str("STRIPE_API_BASE", default="https://api.stripe.com").rstrip("/")
STRIPE_PRICES = env.dict("STRIPE_PRICES", default={})
METRICS_TOKEN = env.str("HERMES_METRICS_TOKEN", default="")
METRICS_OPEN = True
MCP_LEGACY_SSE = env.bool("HERMES_LEGACY_SSE", default=False)
MCP_CONFORMANCE = False
MCP_ALLOWED_ORIGINS = env.list("HERMES_ALLOWED_ORIGINS", default=[])
MCP_STREAMS_PER_CUSTOMER = env.int("HERMES_STREAMS_PER_CUSTOMER", default=50)
TRUSTED_PROXIES = env.list("HERMES_TRUSTED_PROXIES", default=[])
EGRESS_ALLOW = env.list("HERMES_EGRESS_ALLOW", default=[])
EGRESS_CA = env.str("HERMES_EGRESS_CA", default="")
BLOCKING_THREADS = env.int("HERMES_BLOCKING_THREADS", default=16)
WAITING_THREADS = env.int("HERMES_WAITING_THREADS", default=64)
WORKER_REST = env.float("HERMES_WORKER_REST", default=2.0)
CALL_GIVEN_UP_AFTER_S = 600  # longer than the longest call, which waits 300 s for a person's answer
CONNECTOR_SETTINGS = {
    s.name: env.str(s.name, default=s.default) for c in all_connectors().values() for s in c.settings
}
# The apps by which people let Hermes into their accounts: values by name, for each authorization server.
OAUTH_APPS = {
    spec.provider: {name: env.str(setting, default="") for name, setting in spec.app_settings.items()}
    for c in all_connectors().values()
    for spec in c.oauth
}
OPERATOR_BASES = frozenset(
    CONNECTOR_SETTINGS[s.name] for c in all_connectors().values() for s in c.settings if s.is_base
) | {STRIPE_API_BASE}

DEBUG = False
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=[])
ROOT_URLCONF = "hermes.urls"
ASGI_APPLICATION = "hermes.asgi.application"
INSTALLED_APPS = [
    "portal",
    "unfold.apps.BasicAppConfig",
    "portal.staff.apps.StaffConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "oauth2_provider",
    "rest_framework",
    "drf_spectacular",
    "tenants",
    "billing",
    "audit",
    "inbox",
    "mcp_gateway",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "portal.headers.on_pages",
    "portal.toasts.carried",
    "portal.refusals.AsPages",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.shell.shell",
            ],
        },
    }
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home:index"
ACCOUNT_ADAPTER = "portal.people.accounts.Accounts"
ACCOUNT_FORMS = {"login": "portal.people.forms.SignIn", "signup": "portal.people.forms.SignUp"}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = PUBLIC_URL.partition(":")[0]
MFA_ADAPTER = "portal.people.second_factors.SecondFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Hermes"
# Browsers count http://localhost as secure; allauth asks to be told.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PUBLIC_URL.startswith("https://")
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_COOKIE_HTTPONLY = True
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True
FORM_RENDERER = "portal.forms.Drawn"
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "hermes/static"]
STATIC_ROOT: Path | None = BASE_DIR / "staticfiles"

globals().update(env.email_url("EMAIL_URL", default="consolemail://"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("HERMES_EMAIL_FROM", default="Hermes <hermes@localhost>")
OPEN_SIGNUP = env.bool("HERMES_OPEN_SIGNUP", default=True)

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'hermes.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"]["OPTIONS"] = {
        "charset": "utf8mb4",
        "connect_timeout": 3,
        "read_timeout": 20,
        "write_timeout": 20,
        "init_command": "SET sql_mode='STRICT_TRANS_TABLES', time_zone='+00:00'",
        "isolation_level": "read committed",
    }
DATABASES["default"]["CONN_MAX_AGE"] = 0

REDIS_URL = env.str("REDIS_URL", default=redis_url(redis_socket(DATA_DIR)))
CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "hermes",
        "OPTIONS": {"SERIALIZER": "django_redis.serializers.json.JSONSerializer"},
    }
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "prefix": "hermes", "symmetric_encryption_keys": [SECRET_KEY]},
    }
}

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="") or REDIS_URL.replace(
    "unix://", "redis+socket://"
)
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_IMPORTS = (
    "audit.tasks",
    "inbox.forwarding.tasks",
    "inbox.tasks",
    "mcp_gateway.oauth.tasks",
    "mcp_gateway.sweeper",
    "portal.tasks",
    "tenants.tasks",
)
CELERY_TASK_DEFAULT_QUEUE = "maintenance"
CELERY_TASK_ROUTES = {"inbox.tasks.drain": {"queue": "inbound"}, "inbox.forward": {"queue": "outbound"}}
CELERY_BEAT_SCHEDULER = "hermes.beat:LeasedScheduler"
CELERY_BEAT_SCHEDULE = periodic.SCHEDULE
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
BROKER_OPTIONS = {
    "amqp": {"confirm_publish": True},
    "redis": {"socket_timeout": 5, "socket_connect_timeout": 1, "visibility_timeout": 300},
}
CELERY_BROKER_TRANSPORT_OPTIONS = BROKER_OPTIONS["amqp" if CELERY_BROKER_URL.startswith("amqp") else "redis"]
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

LOG_LEVEL = env.str("HERMES_LOG_LEVEL", default="INFO")
LOG_FORMAT = env.str("HERMES_LOG_FORMAT", default="json" if ENVIRONMENT == "prod" else "text")
if LOG_FORMAT not in ("json", "text"):
    raise SystemExit(f"HERMES_LOG_FORMAT is {LOG_FORMAT!r}; it must be json or text.")
try:
    LOGGING = logs.configure(LOG_LEVEL, json=LOG_FORMAT == "json")
except ValueError as wrong:
    raise SystemExit(f"HERMES_LOG_LEVEL: {wrong}") from None
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
sentry.start(env.str("SENTRY_DSN", default=""), environment=ENVIRONMENT)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["mcp_gateway.rest.authentication.KeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "mcp_gateway.rest.problems.handle",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Hermes",
    "VERSION": "1",
    "DESCRIPTION": "Tools over a customer's messaging accounts, and their management; MCP is at /mcp.",
    "OAS_VERSION": "3.1.0",
    "SERVERS": [{"url": PUBLIC_URL}],
    "POSTPROCESSING_HOOKS": [
        "mcp_gateway.rest.openapi.add_shapes",
        "mcp_gateway.rest.openapi_tools.add_doors",
    ],
}
OAUTH2_PROVIDER = oauth.provider(PUBLIC_URL)
OAUTH2_PROVIDER_APPLICATION_MODEL = "mcp_gateway.OAuthClient"
OAUTH2_PROVIDER_GRANT_MODEL = "mcp_gateway.AuthorizationCode"
OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL = "mcp_gateway.AccessToken"
OAUTH2_PROVIDER_REFRESH_TOKEN_MODEL = "mcp_gateway.RefreshToken"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
