"""Clients that are a document at their own address (draft-ietf-oauth-client-id-metadata-document).

The document is fetched by the guarded way out, as everything that leaves; nothing of it is ever told.
"""

import functools
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from oauth2_provider.cimd import CIMDError, SafeMetadataFetcher

from hermes.core.errors import HermesError
from hermes.core.http_sync import SyncHttpClient
from hermes.core.http_types import HttpResponse
from mcp_gateway.oauth.client_metadata import fitted
from mcp_gateway.oauth.models import OAuthClient

DEADLINE_S = 5.0
LIMIT_BYTES = 16_384
AGE_S = (300, 86_400)


class Fetcher(SafeMetadataFetcher):
    """Fetches over Hermes' own egress in place of the toolkit's, which has no proxy and rules of its own."""

    def fetch(self, client_id: str) -> tuple[dict[str, Any], int]:
        """The document and for how many seconds it is good. Raises CIMDError."""
        if urlsplit(client_id).path in ("", "/"):
            raise CIMDError("client_id has no path")
        try:
            answer = client().request(
                "GET",
                client_id,
                headers={"Accept": "application/json, application/*+json"},
                deadline_s=DEADLINE_S,
                limit_bytes=LIMIT_BYTES,
            )
        except HermesError as failed:
            raise CIMDError(failed.message) from None
        return fitted(_document(answer)), _age_s(answer.headers)


def host_of(app: OAuthClient) -> str:
    """The host that vouches for a client by its document; empty for a client that registered itself."""
    is_document = app.registration_source == OAuthClient.RegistrationSource.CIMD
    return (urlsplit(app.client_id).hostname or "") if is_document else ""


class AtAuthorizationOnly:
    """A document is fetched where a signed-in person is asked, never at the open token endpoint."""

    def has_permission(self, request: Any, client_id: str) -> bool:  # noqa: ARG002
        """Whether the request (oauthlib's) is one for authorization."""
        return request.response_type is not None


@functools.cache
def client() -> SyncHttpClient:
    """The client of strangers' addresses, for which the operator's base addresses are no exception."""
    return SyncHttpClient(bases=())


def _document(answer: HttpResponse) -> Mapping[str, Any]:
    media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    is_json = media_type == "application/json" or (
        media_type.startswith("application/") and media_type.endswith("+json")
    )
    document = answer.json() if answer.status == 200 and is_json else None
    if not isinstance(document, dict):
        raise CIMDError("no JSON object at client_id")
    return document


def _age_s(headers: Mapping[str, str]) -> int:
    shortest, longest = AGE_S
    told = [word.strip().lower() for word in headers.get("cache-control", "").split(",")]
    if "no-store" in told or "no-cache" in told:
        return shortest
    ages = [word.removeprefix("max-age=") for word in told if word.startswith("max-age=")]
    return min(max(int(ages[0]), shortest), longest) if ages and ages[0].isdecimal() else longest
