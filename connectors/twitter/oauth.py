"""Letting Hermes into an X account (docs.x.com, "OAuth 2.0 Authorization Code Flow with PKCE").

A code lives for 30 seconds and an access token for two hours; a refresh token comes with `offline.access`,
and each refresh gives a new one in its place. Confidential apps prove themselves by Basic.
"""

from connectors.kit.connector import Setting
from connectors.kit.oauth import OAuthSpec, Scope
from connectors.kit.oauth_exchanges import refresh, revoke
from hermes.core.http_types import HttpResponse

OAUTH_BASE = Setting(
    name="TWITTER_OAUTH_BASE", default="https://x.com", help="Address of X's sign-in.", is_base=True
)


def is_grant_refused(response: HttpResponse) -> bool:
    """X says invalid_request of codes and tokens that are used, expired or revoked."""
    told = response.json()
    error = told.get("error") if isinstance(told, dict) else None
    return error in ("invalid_grant", "invalid_request")


OAUTH = OAuthSpec(
    provider="TWITTER",
    name="X",
    authorize_address="{TWITTER_OAUTH_BASE}/i/oauth2/authorize",
    token_address="{TWITTER_API_BASE}/2/oauth2/token",  # noqa: S106  (an address)
    revoke_address="{TWITTER_API_BASE}/2/oauth2/revoke",
    scopes=(
        Scope(name="tweet.read", purpose="Read posts.", is_needed=True),
        Scope(name="users.read", purpose="See accounts, yours first.", is_needed=True),
        Scope(name="offline.access", purpose="Stay connected after two hours."),
        Scope(
            name="tweet.write",
            purpose="Post, delete and repost as you.",
            tools=("twitter_post", "twitter_post_thread", "twitter_delete_post", "twitter_repost"),
        ),
        Scope(name="media.write", purpose="Add pictures and videos to posts."),
        Scope(
            name="dm.read",
            purpose="Read your direct messages.",
            tools=("twitter_list_dms", "twitter_send_dm"),
        ),
        Scope(name="dm.write", purpose="Send direct messages as you.", tools=("twitter_send_dm",)),
        Scope(name="like.write", purpose="Like posts as you.", tools=("twitter_like",)),
        Scope(name="bookmark.write", purpose="Bookmark posts for you.", tools=("twitter_bookmark",)),
    ),
    uses_pkce=True,
    uses_basic=True,
    renew=refresh,
    revoke=revoke,
    is_grant_refused=is_grant_refused,
)
