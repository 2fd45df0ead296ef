"""What clients say of themselves (RFC 7591, section 2), made to fit: many ask for more than they use.

VS Code's registration and Claude's document list grants that they do not need here; ChatGPT's document
prefers to prove itself by a signed token and says that it can do without.
"""

from collections.abc import Mapping
from typing import Any

CODE = "authorization_code"
METHODS = ("none", "client_secret_post", "client_secret_basic")
# Published documents that leave out where their client really waits (opencode, anomalyco/opencode#50510).
MISSING_REDIRECTS: Mapping[str, str] = {
    "https://opencode.ai/oauth/opencode/client.json": "http://127.0.0.1/mcp/oauth/callback"
}


def fitted(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """The metadata with those of its grants and ways of proof that there are here.

    What cannot be made to fit is left, for the toolkit to refuse.
    """
    fit = dict(metadata)
    if CODE in _listed(metadata, "grant_types"):
        fit["grant_types"] = [CODE, "refresh_token"]
    method = metadata.get("token_endpoint_auth_method")
    if method not in METHODS and "none" in _listed(metadata, "token_endpoint_auth_methods_supported"):
        fit["token_endpoint_auth_method"] = "none"  # noqa: S105  (a way of proof)
    missing = MISSING_REDIRECTS.get(str(metadata.get("client_id")))
    if missing is not None:
        fit["redirect_uris"] = [*_listed(metadata, "redirect_uris"), missing]
    return fit


def _listed(metadata: Mapping[str, Any], name: str) -> list[Any]:
    value = metadata.get(name)
    return value if isinstance(value, list) else []
