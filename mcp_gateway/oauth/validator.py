"""django-oauth-toolkit's validator, where Hermes does otherwise: codes, tokens and what they are for.

Called by oauthlib in the order of its grants; `request` is oauthlib's.
"""

import hmac
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauthlib.oauth2.rfc6749.errors import InvalidGrantError

from hermes.core import clock
from mcp_gateway.oauth import audience, families, token_texts
from mcp_gateway.oauth.models import AccessToken, AuthorizationCode, RefreshToken

GRANTS = ("authorization_code", "refresh_token")


class AgentValidator(OAuth2Validator):
    """Codes with PKCE and refresh tokens that rotate, for one resource."""

    def _check_secret(self, provided_secret: str, stored_secret: str) -> bool:
        return hmac.compare_digest(token_texts.digest(provided_secret), stored_secret)

    def validate_grant_type(
        self, client_id: str, grant_type: str, client: Any, request: Any, *_: Any, **__: Any
    ) -> bool:
        """Codes and refresh tokens, for every client."""
        return grant_type in GRANTS

    def validate_response_type(
        self, client_id: str, response_type: str, client: Any, request: Any, *_: Any, **__: Any
    ) -> bool:
        """Codes only."""
        return response_type == "code"

    def _create_authorization_code(
        self, request: Any, code: dict[str, str], expires: datetime | None = None
    ) -> AuthorizationCode:
        lifetime = timedelta(seconds=settings.OAUTH2_PROVIDER["AUTHORIZATION_CODE_EXPIRE_SECONDS"])
        return AuthorizationCode.objects.create(
            application=request.client,
            user=request.user,
            agent=request.agent,
            code=code["code"],
            expires=expires or clock.now() + lifetime,
            redirect_uri=request.redirect_uri,
            scope=" ".join(request.scopes),
            code_challenge=request.code_challenge,
            code_challenge_method=request.code_challenge_method,
            resource=request.resource,
        )

    def validate_code(self, client_id: str, code: str, client: Any, request: Any, *_: Any, **__: Any) -> bool:
        """Whether a code can be redeemed; one that was redeemed before ends what it was redeemed for."""
        rows = AuthorizationCode.objects.select_related("agent__customer", "agent__client", "user")
        row = rows.filter(code=code, application=client).first()
        if row is None:
            return False
        families.punish_reuse(row)
        request.user, request.scopes, request.held = row.user, row.scope.split(), row
        return row.family is None and not row.is_expired() and row.user.is_active

    def invalidate_authorization_code(
        self, client_id: str, code: str, request: Any, *_: Any, **__: Any
    ) -> None:
        """Nothing is left to do: it was used up in the transaction that stored its tokens."""

    def validate_refresh_token(
        self, refresh_token: str, client: Any, request: Any, *_: Any, **__: Any
    ) -> bool:
        """Whether new tokens are given for this one; one that is replayed ends its family.

        Those of a suspended customer are: they open nothing for now, and its agents need not be connected
        again when it is resumed.
        """
        rows = RefreshToken.objects.select_related("agent__customer", "agent__client", "user")
        row = rows.filter(token_checksum=token_texts.digest(refresh_token), application=client).first()
        if row is None or row.expires_at <= clock.now() or not row.user.is_active:
            return False
        if families.is_replayed(row):
            families.end(row.agent, row.token_family, action="agent.token_replayed")
            return False
        request.user, request.held = row.user, row
        return True

    def get_original_scopes(self, refresh_token: str, request: Any, *_: Any, **__: Any) -> str:
        """What was consented to."""
        return str(request.held.agent.scope)

    def save_bearer_token(self, token: dict[str, Any], request: Any, *_: Any, **__: Any) -> None:
        """Store the new pair, and that what it was given for is used up.

        Raises InvalidGrantError where another request was first, and invalid_target.
        """
        asked = [value for name, value in request.decoded_body if name == "resource"]
        if asked:
            audience.checked(asked, request=request)
        pair = families.Pair(token["access_token"], token["refresh_token"], token["scope"])
        give: Any = families.begin if isinstance(request.held, AuthorizationCode) else families.proceed
        try:
            give(request.held, pair)
        except families.UsedUp:
            raise InvalidGrantError(request=request) from None

    def revoke_token(self, token: str, token_type_hint: str | None, request: Any, *_: Any, **__: Any) -> None:
        """End the family of one of the client's own tokens (RFC 7009); an unknown token is no error."""
        own = {"token_checksum": token_texts.digest(token), "application": request.client}
        refresh = (
            RefreshToken.objects.filter(**own).select_related("agent__customer", "agent__client").first()
        )
        access = AccessToken.objects.filter(**own).select_related("agent__customer", "agent__client").first()
        if refresh is not None:
            families.end(refresh.agent, refresh.token_family, action="agent.signed_out")
        elif access is not None and access.agent is not None:
            families.end(access.agent, access.family, action="agent.signed_out")
