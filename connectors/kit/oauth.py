"""How a person lets Hermes into an account by OAuth 2.0 (RFC 6749, RFC 7636), as data of the connector.

A connector declares one `OAuthSpec` for each authorization server its accounts may come from. Addresses are
written with the names of the connector's settings (`{LINKEDIN_OAUTH_BASE}/oauth/v2/authorization`), so that
operators and tests put others in their place. `connectors.kit.oauth_exchanges` speaks the protocol.
"""

import dataclasses
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors.kit.context import Http
from connectors.kit.credentials import CredentialField, Credentials
from connectors.kit.secret import Secret
from hermes.core.http_types import HttpResponse


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """A permission that is asked for. `purpose` says in words what it lets Hermes do.

    `tools` do not work without it. One that `is_needed` is without use for any tool where it is refused.
    One that is not `is_default` is asked for only where the app's scopes are set to name it: platforms grant
    it to reviewed apps, and refuse the whole request of others. Of one that is not `is_echoed` the platform
    never says whether it was granted.
    """

    name: str
    purpose: str
    tools: tuple[str, ...] = ()
    is_needed: bool = False
    is_default: bool = True
    is_echoed: bool = True


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AppValue:
    """A further value of an app beside its id and secret; the operator's is `<PROVIDER>_<NAME>`.

    `example` is what the sandbox's app has.
    """

    name: str
    label: str
    help: str
    is_secret: bool = False
    is_required: bool = True
    example: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """An app at the platform: the operator's, or one of a customer's own.

    `values` are the spec's `app_values` by name; `scopes` what it asks for, empty for the default ones.
    """

    client_id: str
    client_secret: Secret
    values: Mapping[str, Secret] = dataclasses.field(default_factory=dict)
    scopes: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What an authorization server gave. Without `expires_at` the access token does not end by itself.

    `scopes` are those granted, None where the answer does not say (then as asked, RFC 6749 5.1). `told` is
    the rest of the answer; it is kept until the account is connected and not longer.
    """

    access_token: Secret
    refresh_token: Secret | None = None
    expires_at: datetime | None = None
    refresh_expires_at: datetime | None = None
    scopes: frozenset[str] | None = None
    told: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class OAuthContext:
    """What the steps of a spec are given: the way out, the connector's settings, the app, the time."""

    http: Http
    config: Mapping[str, str]
    app: App
    redirect_uri: str
    now: Callable[[], datetime]

    def address(self, template: str) -> str:
        """`template` with the settings' values in the place of their names."""
        return template.format_map({name: value.rstrip("/") for name, value in self.config.items()})


Accounts = Callable[[OAuthContext, Tokens], Awaitable[Sequence[Mapping[str, str]]]]
Exchange = Callable[[OAuthContext, Tokens], Awaitable[Tokens]]
Renew = Callable[[OAuthContext, "OAuthSpec", Tokens], Awaitable[Tokens]]
Revoke = Callable[[OAuthContext, "OAuthSpec", Tokens], Awaitable[None]]
Settle = Callable[[OAuthContext, Credentials, Mapping[str, str]], Awaitable[Mapping[str, str]]]


async def one_account(_ctx: OAuthContext, tokens: Tokens) -> Sequence[Mapping[str, str]]:
    """The accounts of a token that speaks for one account: credentials that are the token alone."""
    return ({"access_token": tokens.access_token.reveal()},)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class OAuthSpec:
    """One authorization server of a platform.

    `provider` names its apps: `<PROVIDER>_CLIENT_ID`, `<PROVIDER>_CLIENT_SECRET`, `<PROVIDER>_SCOPES`.
    `read(answer)` gives an answer of the token address the names of RFC 6749 5.1, where it has others.
    `exchange(ctx, tokens)` is a further step after the code's (a short-lived token for a long-lived one).
    `renew(ctx, spec, tokens)` gives new tokens; it needs a refresh token unless
    `renews_without_refresh_token`, and None means that a person must let Hermes in again when the access
    token ends. The standard ones of this and of `revoke` are in `oauth_exchanges`.
    `renew_from_s` is how old a token must be before the platform renews it, in seconds.
    `accounts(ctx, tokens)` are the credentials of each account the grant opens, fields by name; the person
    chooses one. `token_field` is the field that holds the access token.
    `settle(ctx, credentials, inputs)` does what is left once the person has confirmed, and may return further
    values to keep sealed beside the refresh token; `inputs` are what the person is asked for then.
    `revoke(ctx, spec, tokens)` takes the grant back.
    `is_grant_refused(response)` says that the code or token is dead; None reads RFC 6749's `error`.
    `is_refused(response)` says that an API answer refuses the access token. One that is not `is_simulated`
    is not in the sandbox.
    """

    provider: str
    name: str
    authorize_address: str
    token_address: str
    scopes: tuple[Scope, ...]
    revoke_address: str = ""
    scope_separator: str = " "
    uses_pkce: bool = False
    uses_basic: bool = False
    token_method: str = "POST"  # noqa: S105  (a method of HTTP)
    authorize_params: Mapping[str, str] = dataclasses.field(default_factory=dict)
    app_params: Mapping[str, str] = dataclasses.field(default_factory=dict)
    app_values: tuple[AppValue, ...] = ()
    inputs: tuple[CredentialField, ...] = ()
    read: Callable[[Mapping[str, Any]], Mapping[str, Any]] = lambda answer: answer
    exchange: Exchange | None = None
    renew: Renew | None = None
    renews_without_refresh_token: bool = False
    renew_from_s: float = 0.0
    token_field: str = "access_token"  # noqa: S105  (a field's name)
    accounts: Accounts = one_account
    settle: Settle | None = None
    revoke: Revoke | None = None
    is_grant_refused: Callable[[HttpResponse], bool] | None = None
    is_simulated: bool = True
    is_refused: Callable[[HttpResponse], bool] = lambda response: response.status == 401

    @property
    def app_settings(self) -> Mapping[str, str]:
        """The operator's settings of an app, by the value's name."""
        names = ("client_id", "client_secret", "scopes", *(value.name for value in self.app_values))
        return {name: f"{self.provider}_{name}".upper() for name in names}

    def asked(self, app: App) -> tuple[str, ...]:
        """The scopes this app asks for."""
        return app.scopes or tuple(scope.name for scope in self.scopes if scope.is_default)

    def granted(self, tokens: Tokens, asked: Collection[str]) -> frozenset[str]:
        """The scopes these tokens have; `asked` are those that were asked for."""
        if tokens.scopes is None:
            return frozenset(asked)
        return tokens.scopes | {s.name for s in self.scopes if not s.is_echoed and s.name in asked}

    def can_renew(self, tokens: Tokens) -> bool:
        """Whether new tokens can be had without the person."""
        return self.renew is not None and (
            self.renews_without_refresh_token or tokens.refresh_token is not None
        )

    def missing(self, granted: Collection[str]) -> tuple[Scope, ...]:
        """The scopes that were not granted, whether they were asked for or not."""
        held = {name.casefold() for name in granted}
        return tuple(s for s in self.scopes if s.name.casefold() not in held)

    def lacking(self, granted: Collection[str]) -> tuple[str, ...]:
        """The tools that do not work with these scopes, in order."""
        return tuple(dict.fromkeys(tool for scope in self.missing(granted) for tool in scope.tools))
