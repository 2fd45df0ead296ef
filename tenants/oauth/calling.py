"""Asking an authorization server, or its stand-in in the sandbox, for one customer."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from asgiref.sync import async_to_sync
from django.conf import settings

from connectors.kit.context import Http
from connectors.kit.oauth import App, OAuthContext, OAuthSpec
from connectors.kit.secret import Secret
from connectors.registry import all_connectors
from hermes.core import clock
from hermes.core.errors import HermesError, Internal
from hermes.core.http import HttpClient
from tenants import sandbox_http
from tenants.models import ApiKey, Customer
from tenants.oauth import platform_apps

T = TypeVar("T")
log = structlog.get_logger(__name__)


def app_of(customer: Customer, spec: OAuthSpec, *, mode: str, is_own_app: bool) -> App:
    """The app to ask as; in test mode it is nobody's. Raises NotAllowedByPlatform where there is none."""
    if mode == ApiKey.Mode.TEST:
        return _sandbox_app(spec)
    return platform_apps.of(customer, spec, is_own=is_own_app)


def context_of(customer: Customer, platform: str, *, mode: str, app: App, http: Http) -> OAuthContext:
    """What the steps of a spec get; asks no database. In test mode all addresses are Hermes' own."""
    names = [setting.name for setting in all_connectors()[platform].settings]
    config = {name: settings.CONNECTOR_SETTINGS[name] for name in names}
    if mode == ApiKey.Mode.TEST:
        bases = {s.name for s in all_connectors()[platform].settings if s.is_base}
        config |= dict.fromkeys(bases, f"{settings.PUBLIC_URL}/sandbox/{platform}")
        standin = sandbox_http.authorization_of(customer.public_id, platform)
        http = sandbox_http.SandboxHttp(standin, platform, None)
    return OAuthContext(
        http=http, config=config, app=app, redirect_uri=platform_apps.redirect_uri(platform), now=clock.now
    )


def ask(
    question: Callable[[OAuthContext], Awaitable[T]],
    customer: Customer,
    platform: str,
    spec: OAuthSpec,
    *,
    mode: str,
    is_own_app: bool,
) -> T:
    """What an authorization server answers, for synchronous code.

    Raises what the question and `app_of` do; Internal where it fails in another way.
    """

    app = app_of(customer, spec, mode=mode, is_own_app=is_own_app)

    async def asked() -> T:
        # A client of its own: this may run in an event loop that ends with this question.
        client = HttpClient()
        try:
            return await question(context_of(customer, platform, mode=mode, app=app, http=client))
        finally:
            await client.aclose()

    try:
        return async_to_sync(asked)()
    except HermesError:
        raise
    except Exception:
        log.exception("oauth_failed", platform=platform, provider=spec.provider)
        raise Internal("Connecting failed on our side; the fault is logged. Try again later.") from None


def _sandbox_app(spec: OAuthSpec) -> App:
    return App(
        client_id="sandbox",
        client_secret=Secret("sandbox-secret"),
        values={value.name: Secret(value.example) for value in spec.app_values},
    )
