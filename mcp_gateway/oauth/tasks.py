"""What has run out is forgotten: codes, tokens, agents without any, and clients that nobody used."""

from datetime import datetime, timedelta
from typing import Any

from celery import shared_task
from django.db.models import Exists, OuterRef, Q, QuerySet

from hermes.core import clock
from mcp_gateway.oauth.models import AccessToken, Agent, AuthorizationCode, OAuthClient, RefreshToken

BATCH = 500
UNUSED_CLIENT = timedelta(hours=24)
USED_CLIENT = timedelta(days=365)
# A code used again, and a token that has just expired, are still known as what they were.
KEPT = timedelta(days=1)


@shared_task(name="mcp_gateway.tidy_oauth")
def tidy() -> int:
    """Delete what has run out; returns how many rows. May run anywhere at any time, several at once."""
    now = clock.now()
    return sum(map(_delete, _run_out(now)))


def _run_out(now: datetime) -> "list[QuerySet[Any]]":
    tokens = RefreshToken.objects.filter(agent=OuterRef("pk"))
    codes = AuthorizationCode.objects.filter(agent=OuterRef("pk"))
    agents = Agent.objects.unscoped().filter(client=OuterRef("pk"))
    unused = Q(used_at=None, created__lt=now - UNUSED_CLIENT) | Q(used_at__lt=now - USED_CLIENT)
    registered = OAuthClient.objects.exclude(registration_source=OAuthClient.RegistrationSource.MANUAL)
    return [
        AuthorizationCode.objects.filter(expires__lt=now - KEPT),
        AccessToken.objects.filter(expires__lt=now - KEPT),
        RefreshToken.objects.filter(expires_at__lt=now),
        Agent.objects.unscoped().filter(~Exists(tokens), ~Exists(codes), created_at__lt=now - KEPT),
        registered.filter(unused).filter(~Exists(agents)),
    ]


def _delete(rows: "QuerySet[Any]") -> int:
    deleted = 0
    while batch := list(rows.values_list("pk", flat=True)[:BATCH]):
        rows.model._base_manager.filter(pk__in=batch).delete()
        deleted += len(batch)
    return deleted
