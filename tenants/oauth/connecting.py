"""Connecting an account by signing in at its platform: begin, finish, look at it, confirm.

Nothing of an account is saved before the person who began has seen whose it is and confirmed it.
"""

import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

from connectors.kit import oauth_exchanges
from connectors.kit.oauth import OAuthContext, Tokens
from connectors.registry import all_connectors
from hermes.core import http
from hermes.core.errors import (
    HermesError,
    InvalidArgument,
    NotAllowedByPlatform,
    NotFound,
    PlatformRejected,
)
from tenants import linking, probes, texts, webhooks
from tenants.actors import Actor, of_member
from tenants.models import ApiKey, Connection, Customer, Membership
from tenants.oauth import attempts, calling, platform_apps
from tenants.oauth.attempts import AttemptRefused
from tenants.oauth.grants import Granted
from tenants.oauth.models import ConnectAttempt
from tenants.oauth.pending import Account, Allowed, Pending, allowed_of, shown

T = TypeVar("T")
LIMIT_ACCOUNTS = 20
LIMIT_CODE_CHARS = 4000


def begin(
    customer_id: int,
    user_id: int,
    platform: str,
    *,
    provider: str | None = None,
    mode: str = "live",
    label: str | None = None,
    link: str = "",
    by: Actor,
) -> str:
    """Where to send the person, who is signed in here as `user_id` and comes back to `finish`.

    The customer's own app is taken where it has one. `link` is the connect link (public id) it begins from,
    and comes back in `Pending`. Raises NotFound, InvalidArgument, InsufficientScope, Forbidden (the actor's
    mode) and NotAllowedByPlatform (no app is set up).
    """
    by.require("connections:manage")
    by.require_mode(mode)
    spec = platform_apps.spec_of(platform, provider)
    customer = Customer.objects.get(pk=customer_id)
    draft = linking.draft(customer, platform, mode)
    attempt = ConnectAttempt(
        customer=customer,
        user_id=user_id,
        platform=platform,
        provider=spec.provider,
        mode=draft.mode,
        label=texts.checked(label, argument="label", limit_chars=linking.LIMIT_LABEL) if label else "",
        link=link,
        is_own_app=draft.mode == ApiKey.Mode.LIVE and platform_apps.has_own(customer_id, spec),
    )
    if draft.mode == ApiKey.Mode.TEST and not spec.is_simulated:
        raise NotFound(f"Signing in at {spec.name} is not in the sandbox. Connect with credentials there.")
    app = calling.app_of(customer, spec, mode=mode, is_own_app=attempt.is_own_app)
    ctx = calling.context_of(customer, platform, mode=mode, app=app, http=http.client())
    state, begun = attempts.draw()
    address = oauth_exchanges.authorize_address(ctx, spec, state=state, verifier=begun.verifier)
    attempts.begin(attempt, state, begun)
    return address


def finish(user_id: int, platform: str, answer: Mapping[str, str], *, address: str = "") -> Pending:
    """Take the platform's answer (the parameters of the callback) from the person it was given to.

    Raises AttemptRefused for a state that is missing, unknown, used, another's or too old, and then nothing
    has changed (OA15); NotAllowedByPlatform where the person refused, or a permission without which nothing
    works; and what the platform's exchanges and `verify` raise. `address` is the person's.
    """
    attempt = attempts.take(user_id, platform, answer.get("state", ""))
    by = _actor(attempt, address)
    try:
        return shown(attempt, _received(attempt, answer))
    except HermesError as refusal:
        draft = _draft(attempt)
        by.record(
            draft.customer_id, "connection.refused", refusal.message, outcome=refusal.code, connection=draft
        )
        raise


def pending(user_id: int, attempt_id: str) -> Pending:
    """What waits to be confirmed by this person. Raises AttemptRefused."""
    attempt = attempts.allowed(user_id, attempt_id)
    return shown(attempt, attempts.opened(attempt, Allowed))


def confirm(
    user_id: int,
    attempt_id: str,
    *,
    account: str,
    label: str | None = None,
    inputs: Mapping[str, str] | None = None,
    address: str = "",
) -> Connection:
    """Connect the account the person chose (a key of `Pending.accounts`), as `connections.link` does.

    Raises AttemptRefused, InvalidArgument (no such account), InsufficientScope, PlanLimit, Conflict and what
    the connector's `settle` raises; after these the person may confirm again.
    """
    attempt = attempts.allowed(user_id, attempt_id)
    by = _actor(attempt, address)
    allowed = attempts.opened(attempt, Allowed)
    chosen = next((a for a in allowed.accounts if a.external_id == account), None)
    if chosen is None:
        raise InvalidArgument("Choose one of the accounts shown.", details={"argument": "account"})
    label = (
        texts.checked(label, argument="label", limit_chars=linking.LIMIT_LABEL) if label else attempt.label
    )
    credentials = all_connectors()[attempt.platform].credentials.parse(chosen.credentials)
    attempts.end(attempt)
    try:
        granted = _settled(attempt, allowed, chosen, inputs or {})
        connection = linking.place(
            _draft(attempt, chosen.connection),
            credentials,
            chosen.identity(),
            label=label or None,
            granted=granted,
            by=by,
        )
    except HermesError:
        attempts.give_back(attempt)
        raise
    attempts.forget(attempt)
    webhooks.register(connection)
    return connection


def cancel(user_id: int, attempt_id: str) -> None:
    """Forget the attempt, and take the access back where the platform can. Raises AttemptRefused."""
    attempt = attempts.allowed(user_id, attempt_id)
    tokens = attempts.opened(attempt, Allowed).tokens()
    attempts.end(attempt)
    attempts.forget(attempt)
    spec = platform_apps.spec_of(attempt.platform, attempt.provider)
    if (revoke := spec.revoke) is not None:
        with contextlib.suppress(HermesError):
            _ask(attempt, lambda ctx: revoke(ctx, spec, tokens))


def _received(attempt: ConnectAttempt, answer: Mapping[str, str]) -> Allowed:
    spec = platform_apps.spec_of(attempt.platform, attempt.provider)
    begun = attempts.opened(attempt, attempts.Begun)
    # Meta's products put #_ after the address, which some browsers hand on as a part of the code.
    code = answer.get("code", "").removesuffix("#_")
    if not 0 < len(code) <= LIMIT_CODE_CHARS:
        raise NotAllowedByPlatform(
            f"Hermes was not let in at {spec.name}, so nothing was connected. Begin again to change that."
        )

    async def exchange(ctx: OAuthContext) -> tuple[Tokens, Sequence[Mapping[str, str]], tuple[str, ...]]:
        tokens = await oauth_exchanges.redeem(ctx, spec, code=code, verifier=begun.verifier)
        return tokens, await spec.accounts(ctx, tokens), spec.asked(ctx.app)

    tokens, found, asked = _ask(attempt, exchange)
    scopes = spec.granted(tokens, asked)
    if missing := [scope for scope in spec.missing(scopes) if scope.is_needed]:
        raise NotAllowedByPlatform(
            f"Without this permission nothing works: {missing[0].purpose} Begin again and leave it allowed.",
            details={"scope": missing[0].name},
        )
    allowed = allowed_of(tokens, scopes, _proved(attempt, found[:LIMIT_ACCOUNTS]))
    attempts.allow(attempt, allowed)
    return allowed


def _proved(attempt: ConnectAttempt, found: Sequence[Mapping[str, str]]) -> list[Account]:
    """The accounts whose credentials work; raises what the first refusal is where none do."""
    connector = all_connectors()[attempt.platform]
    proved: list[Account] = []
    refusal: HermesError | None = None
    for given in found:
        draft = _draft(attempt)
        try:
            told = probes.identify(connector, draft, connector.credentials.parse(given))
        except HermesError as error:
            refusal = refusal or error
            continue
        proved.append(
            Account(
                connection=draft.public_id,
                credentials=dict(given),
                external_id=told.external_id,
                label=told.label,
                details=dict(told.details),
                routes=list(told.routes),
                claimed=told.claimed,
            )
        )
    if not proved:
        raise refusal or PlatformRejected(
            f"{connector.name} named no account to connect. Choose another one there."
        )
    return proved


def _settled(
    attempt: ConnectAttempt, allowed: Allowed, chosen: Account, inputs: Mapping[str, str]
) -> Granted:
    spec = platform_apps.spec_of(attempt.platform, attempt.provider)
    extra: Mapping[str, str] = {}
    if (settle := spec.settle) is not None:
        credentials = all_connectors()[attempt.platform].credentials.parse(chosen.credentials)
        extra = _ask(attempt, lambda ctx: settle(ctx, credentials, inputs))
    return Granted(
        spec=spec,
        is_own_app=attempt.is_own_app,
        tokens=allowed.tokens(),
        scopes=tuple(allowed.scopes),
        extra=extra,
    )


def _actor(attempt: ConnectAttempt, address: str) -> Actor:
    membership = Membership.objects.of(attempt.customer_id).filter(user=attempt.user_id).first()
    if membership is None:
        raise AttemptRefused
    by = of_member(membership, surface="portal", address=address)
    by.require("connections:manage")
    return by


def _ask(attempt: ConnectAttempt, question: Callable[[OAuthContext], Awaitable[T]]) -> T:
    spec = platform_apps.spec_of(attempt.platform, attempt.provider)
    return calling.ask(
        question, attempt.customer, attempt.platform, spec, mode=attempt.mode, is_own_app=attempt.is_own_app
    )


def _draft(attempt: ConnectAttempt, public_id: str | None = None) -> Connection:
    draft = linking.draft(attempt.customer, attempt.platform, attempt.mode)
    draft.public_id = public_id or draft.public_id
    return draft
