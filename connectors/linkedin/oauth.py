"""Letting Hermes into a LinkedIn account (learn.microsoft.com, "Authorization Code Flow (3-legged OAuth)").

Access tokens last 60 days. A refresh token comes only to apps of approved partners and lasts 365 days from
the first consent; for all others the member connects anew ("Refresh Tokens with OAuth 2.0"). LinkedIn has no
address to take a token back.
"""

from connectors.kit.connector import Setting
from connectors.kit.oauth import OAuthSpec, Scope
from connectors.kit.oauth_exchanges import refresh

OAUTH_BASE = Setting(
    name="LINKEDIN_OAUTH_BASE",
    default="https://www.linkedin.com",
    help="Address of LinkedIn's sign-in.",
    is_base=True,
)
_PAGE_READS = (
    "linkedin_list_posts",
    "linkedin_get_post",
    "linkedin_list_comments",
    "linkedin_get_post_stats",
)
OAUTH = OAuthSpec(
    provider="LINKEDIN",
    name="LinkedIn",
    authorize_address="{LINKEDIN_OAUTH_BASE}/oauth/v2/authorization",
    token_address="{LINKEDIN_OAUTH_BASE}/oauth/v2/accessToken",  # noqa: S106  (an address)
    scopes=(
        Scope(name="openid", purpose="Know which member you are.", is_needed=True),
        Scope(name="profile", purpose="See your name and picture.", is_needed=True),
        Scope(
            name="w_member_social",
            purpose="Post, comment and react as you.",
            tools=(
                *("linkedin_create_post", "linkedin_update_post", "linkedin_delete_post"),
                *("linkedin_create_comment", "linkedin_react"),
            ),
        ),
        Scope(
            name="r_organization_social",
            purpose="Read the posts and comments of your pages.",
            tools=_PAGE_READS,
            is_default=False,
        ),
        Scope(
            name="w_organization_social", purpose="Post and answer as one of your pages.", is_default=False
        ),
        Scope(
            name="rw_organization_admin",
            purpose="See which pages you manage, and their numbers.",
            tools=("linkedin_list_organizations", "linkedin_get_page_stats"),
            is_default=False,
        ),
    ),
    renew=refresh,
)
