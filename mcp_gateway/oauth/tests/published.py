"""What the clients in the field say of themselves: their published documents and registration bodies.

Sources: the documents at the addresses that are their client_id (as quoted in django-oauth-toolkit#1845 and
#1855, anthropics/claude-code#60940, anomalyco/opencode#50510), and the bodies that the clients' public
sources and issues show (microsoft/vscode#278512; Cursor, opencode, MCP SDK).
"""

from typing import Any

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
CODE = ["authorization_code", "refresh_token"]

DOCUMENTS: dict[str, dict[str, Any]] = {
    "Claude": {
        "client_id": "https://claude.ai/oauth/mcp-oauth-client-metadata",
        "client_name": "Claude",
        "client_uri": "https://claude.ai",
        "redirect_uris": [
            "https://claude.ai/api/mcp/auth_callback",
            "https://claude.com/api/mcp/auth_callback",
        ],
        "grant_types": [*CODE, JWT_BEARER],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    },
    "Claude Code": {
        "client_id": "https://claude.ai/oauth/claude-code-client-metadata",
        "client_name": "Claude Code",
        "client_uri": "https://claude.ai",
        "redirect_uris": ["http://localhost/callback", "http://127.0.0.1/callback"],
        "grant_types": CODE,
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    },
    "ChatGPT": {
        "client_id": "https://chatgpt.com/oauth/client.json",
        "client_uri": "https://chatgpt.com/",
        "redirect_uris": ["https://chatgpt.com/connector_platform_oauth_redirect"],
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_methods_supported": ["none", "private_key_jwt"],
        "grant_types": CODE,
        "response_types": ["code"],
        "client_name": "ChatGPT",
        "logo_uri": "https://persistent.oaistatic.com/sonic/misc/openai-logo.png",
        "token_endpoint_auth_signing_alg": "RS256",
        "jwks_uri": "https://chatgpt.com/oauth/jwks.json",
    },
    "opencode": {
        "client_id": "https://opencode.ai/oauth/opencode/client.json",
        "client_name": "opencode",
        "redirect_uris": ["http://127.0.0.1/callback", "http://localhost/callback"],
        "grant_types": CODE,
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    },
}
# Where each of them really waits.
REDIRECTS = {
    "Claude": "https://claude.ai/api/mcp/auth_callback",
    "Claude Code": "http://localhost:54212/callback",
    "ChatGPT": "https://chatgpt.com/connector_platform_oauth_redirect",
    "opencode": "http://127.0.0.1:19876/mcp/oauth/callback",
}
REGISTRATIONS: dict[str, tuple[dict[str, Any], str]] = {
    "Claude": (
        {
            "client_name": "Claude",
            "redirect_uris": ["https://claude.ai/api/mcp/auth_callback"],
            "grant_types": CODE,
            "response_types": ["code"],
            "token_endpoint_auth_method": "none",
            "scope": "tools:read tools:write",
        },
        "https://claude.ai/api/mcp/auth_callback",
    ),
    "Claude Code": (
        {
            "client_name": "Claude Code (hermes)",
            "redirect_uris": ["http://localhost:51234/callback"],
            "grant_types": CODE,
            "response_types": ["code"],
            "token_endpoint_auth_method": "none",
        },
        "http://localhost:51234/callback",
    ),
    "ChatGPT": (
        {
            "client_name": "ChatGPT",
            "redirect_uris": ["https://chatgpt.com/connector_platform_oauth_redirect"],
            "grant_types": CODE,
            "response_types": ["code"],
            "token_endpoint_auth_method": "client_secret_post",
        },
        "https://chatgpt.com/connector_platform_oauth_redirect",
    ),
    "VS Code": (
        {
            "client_name": "Visual Studio Code",
            "client_uri": "https://code.visualstudio.com",
            "grant_types": [*CODE, DEVICE],
            "response_types": ["code"],
            "redirect_uris": [
                "https://insiders.vscode.dev/redirect",
                "https://vscode.dev/redirect",
                "http://127.0.0.1/",
                "http://127.0.0.1:33418/",
            ],
            "token_endpoint_auth_method": "none",
            "application_type": "native",
        },
        "http://127.0.0.1:59656/",
    ),
    "Cursor": (
        {
            "client_name": "Cursor",
            "redirect_uris": ["cursor://anysphere.cursor-mcp/oauth/callback"],
            "grant_types": CODE,
            "response_types": ["code"],
            "token_endpoint_auth_method": "none",
        },
        "cursor://anysphere.cursor-mcp/oauth/callback",
    ),
    "opencode": (
        {
            "client_name": "OpenCode",
            "client_uri": "https://opencode.ai",
            "redirect_uris": ["http://127.0.0.1:19876/mcp/oauth/callback"],
            "grant_types": CODE,
            "response_types": ["code"],
            "token_endpoint_auth_method": "none",
        },
        "http://127.0.0.1:19876/mcp/oauth/callback",
    ),
}
