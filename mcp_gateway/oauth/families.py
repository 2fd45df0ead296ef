"""All tokens that stem from one code are a family: begun by the code, continued by refreshing, ended as one.

A refresh token used again ends its family, unless that is within `GRACE` of its first use: clients that run
as several processes refresh at the same time, and each then gets a pair of its own in the family.
"""

import dataclasses
import uuid
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from oauth2_provider.models import set_token_value

from hermes.core import clock
from hermes.core.deadlocks import repeated
from mcp_gateway.oauth.models import AccessToken, Agent, AuthorizationCode, OAuthClient, RefreshToken
from tenants import changes
from tenants.actors import SYSTEM

GRACE = timedelta(seconds=60)


class UsedUp(Exception):
    """What new tokens were asked for with is used, or has ended."""


@dataclasses.dataclass(frozen=True, slots=True)
class Pair:
    """The texts of two new tokens and what the first may do."""

    access: str = dataclasses.field(repr=False)
    refresh: str = dataclasses.field(repr=False)
    scope: str


@repeated
def begin(code: AuthorizationCode, pair: Pair) -> None:
    """Give the tokens for a code. Raises UsedUp where it was redeemed before, which ends what it was for."""
    family, now = uuid.uuid4(), clock.now()
    with transaction.atomic():
        _lock(code.agent)
        is_first = AuthorizationCode.objects.filter(pk=code.pk, family=None).update(family=family)
        if is_first:
            ends = now + _lifetime("REFRESH_TOKEN_EXPIRE_SECONDS")
            _store(pair, RefreshToken(agent=code.agent, token_family=family, expires_at=ends))
            OAuthClient.objects.filter(pk=code.application_id).update(used_at=now)
    if not is_first:
        code.refresh_from_db(fields=["family"])
        punish_reuse(code)
        raise UsedUp


@repeated
def proceed(row: RefreshToken, pair: Pair) -> None:
    """Give new tokens for a refresh token. Raises UsedUp where its family has ended."""
    now = clock.now()
    with transaction.atomic():
        _lock(row.agent)
        current = RefreshToken.objects.filter(pk=row.pk).first()
        if current is None or is_replayed(current):
            raise UsedUp
        if current.revoked is None:
            RefreshToken.objects.filter(pk=row.pk).update(revoked=now)
        _store(pair, RefreshToken(agent=row.agent, token_family=row.token_family, expires_at=row.expires_at))
        OAuthClient.objects.filter(pk=row.application_id).update(used_at=now)


@repeated
def end(agent: Agent, family: uuid.UUID | None, *, action: str) -> None:
    """End a family at once; `action` says why in the audit trail. What has ended stays so."""
    with transaction.atomic():
        Agent.objects.of(agent.customer_id).select_for_update().filter(pk=agent.pk).first()
        ended, _ = RefreshToken.objects.filter(token_family=family).delete()
        AccessToken.objects.filter(family=family).delete()
        if ended:
            SYSTEM.record(agent.customer_id, action, f"{agent.public_id} {agent.client}")
            changes.announce(agent.customer.public_id)


def punish_reuse(code: AuthorizationCode) -> None:
    """End what a code that came twice was redeemed for (RFC 6749, 4.1.2)."""
    if code.family is not None:
        end(code.agent, code.family, action="agent.code_replayed")


def is_replayed(row: RefreshToken) -> bool:
    """Whether the token was used long enough ago that nobody honest sends it again."""
    return row.revoked is not None and row.revoked + GRACE <= clock.now()


def _store(pair: Pair, refresh: RefreshToken) -> None:
    agent = refresh.agent
    resource = [settings.OAUTH2_PROVIDER["OAUTH2_PROTECTED_RESOURCE_IDENTIFIER"]]
    access = AccessToken(
        agent=agent,
        user_id=agent.membership.user_id,
        application_id=agent.client_id,
        family=refresh.token_family,
        scope=pair.scope,
        resource=resource,
        expires=min(clock.now() + _lifetime("ACCESS_TOKEN_EXPIRE_SECONDS"), refresh.expires_at),
    )
    refresh.user_id = agent.membership.user_id
    refresh.application_id, refresh.resource = agent.client_id, resource
    set_token_value(access, pair.access)
    set_token_value(refresh, pair.refresh)
    access.save(force_insert=True)
    refresh.save(force_insert=True)


def _lock(agent: Agent) -> None:
    """Let acts on one agent's tokens go one by one. Raises UsedUp where it is gone."""
    if not Agent.objects.of(agent.customer_id).select_for_update().filter(pk=agent.pk).exists():
        raise UsedUp


def _lifetime(setting: str) -> timedelta:
    return timedelta(seconds=settings.OAUTH2_PROVIDER[setting])
