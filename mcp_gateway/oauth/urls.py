"""The paths of the authorization server, by the names that the toolkit knows them by."""

from django.urls import path

from mcp_gateway.oauth import consent, endpoints, registration

app_name = "oauth2_provider"
_RESOURCE = ".well-known/oauth-protected-resource"
urlpatterns = [
    path(
        ".well-known/oauth-authorization-server",
        endpoints.ServerMetadata.as_view(),
        name="oauth-server-metadata",
    ),
    path(_RESOURCE, endpoints.ResourceMetadata.as_view(), name="oauth-resource-metadata"),
    path(f"{_RESOURCE}/mcp", endpoints.ResourceMetadata.as_view(), name="oauth-resource-metadata-path"),
    path("oauth/authorize", consent.Consent.as_view(), name="authorize"),
    path("oauth/token", endpoints.Token.as_view(), name="token"),
    path("oauth/revoke", endpoints.Revocation.as_view(), name="revoke-token"),
    path("oauth/register", registration.Registration.as_view(), name="dcr-register"),
    path(
        "oauth/register/<str:client_id>",
        registration.RegistrationById.as_view(),
        name="dcr-register-management",
    ),
    # Where clients of the first spec (2025-03-26) look, and claude.ai was seen to (claude-ai-mcp#82).
    path("authorize", consent.Consent.as_view()),
    path("token", endpoints.Token.as_view()),
    path("register", registration.Registration.as_view()),
]
