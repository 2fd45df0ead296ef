"""The authorization server for agents: django-oauth-toolkit, set to MCP's spec and to RFC 9700."""

from typing import Any

from tenants.roles import SCOPES

ACCESS_S = 3600
REFRESH_S = 30 * 86_400
CODE_S = 60
# Private-use schemes (RFC 8252, 7.1) of editors whose redirects are known: Cursor and VS Code.
EDITOR_SCHEMES = ("cursor", "vscode", "vscode-insiders")


def provider(public_url: str) -> dict[str, Any]:
    """OAUTH2_PROVIDER of a deployment at `public_url`, which is the issuer; its one resource is /mcp."""
    auth_methods = ["none", "client_secret_post", "client_secret_basic"]
    compliant = (
        *("IMPLICIT_GRANT", "PASSWORD_GRANT", "PKCE_METHOD", "PKCE_REQUIRED", "ACCESS_TOKEN_TRANSPORT"),
        *("AUTHZ_RESPONSE_ISS", "TOKEN_STORAGE", "REFRESH_TOKEN", "REDIRECT_URI_SCHEME"),
        "REDIRECT_URI_MATCHING",
    )
    return {
        "OIDC_ISS_ENDPOINT": public_url,
        "OAUTH2_PROTECTED_RESOURCE_IDENTIFIER": f"{public_url}/mcp",
        "OAUTH2_PROTECTED_RESOURCE_AUTHORIZATION_SERVERS": [public_url],
        "OAUTH2_PROTECTED_RESOURCE_NAME": "Hermes",
        "OAUTH2_PROTECTED_RESOURCE_DOCUMENTATION": f"{public_url}/api/docs",
        "OAUTH2_RESPONSE_TYPES_SUPPORTED": ["code"],
        "OAUTH2_GRANT_TYPES_SUPPORTED": ["authorization_code", "refresh_token"],
        "OAUTH2_TOKEN_ENDPOINT_AUTH_METHODS_SUPPORTED": auth_methods,
        "OAUTH2_SERVER_CLASS": "oauthlib.oauth2.WebApplicationServer",
        "OAUTH2_VALIDATOR_CLASS": "mcp_gateway.oauth.validator.AgentValidator",
        "ACCESS_TOKEN_GENERATOR": "mcp_gateway.oauth.token_texts.mint_access",
        "REFRESH_TOKEN_GENERATOR": "mcp_gateway.oauth.token_texts.mint_refresh",
        "SCOPES": dict(SCOPES),
        "DEFAULT_SCOPES": ["tools:read"],
        "ACCESS_TOKEN_EXPIRE_SECONDS": ACCESS_S,
        "REFRESH_TOKEN_EXPIRE_SECONDS": REFRESH_S,
        "AUTHORIZATION_CODE_EXPIRE_SECONDS": CODE_S,
        "REFRESH_TOKEN_REUSE_PROTECTION": True,
        "PKCE_REQUIRED": True,
        # `http` is not among them: clients add it for redirects to the person's own machine only.
        "ALLOWED_REDIRECT_URI_SCHEMES": ["https", *EDITOR_SCHEMES],
        "DCR_ENABLED": True,
        "DCR_REGISTRATION_PERMISSION_CLASSES": ("oauth2_provider.dcr.AllowAllDCRPermission",),
        "CIMD_ENABLED": True,
        "CIMD_METADATA_FETCHER": "mcp_gateway.oauth.documents.Fetcher",
        "CIMD_REGISTRATION_PERMISSION_CLASSES": ("mcp_gateway.oauth.documents.AtAuthorizationOnly",),
        **{f"COMPLIANT_BCP_RFC9700_{gate}": True for gate in compliant},
        # Its own admin classes show columns that these models have not.
        **{
            f"{model}_ADMIN_CLASS": "django.contrib.admin.ModelAdmin"
            for model in ("APPLICATION", "ACCESS_TOKEN", "REFRESH_TOKEN", "GRANT", "ID_TOKEN")
        },
    }
