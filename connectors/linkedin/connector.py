"""LinkedIn (versioned REST API), declared."""

from pathlib import Path

from connectors.kit.connector import Connector, Setting
from connectors.linkedin.client import BASE, UPLOAD_HOSTS, VERSION
from connectors.linkedin.credentials import LinkedInCredentials
from connectors.linkedin.limits import PUBLISHED
from connectors.linkedin.oauth import OAUTH, OAUTH_BASE
from connectors.linkedin.tools import answering, posting, reading, statistics
from connectors.linkedin.verification import verify

CONNECTOR = Connector(
    slug="linkedin",
    name="LinkedIn",
    summary="Post, comment and react as a member or a company page, and read a page's posts and numbers.",
    credentials=LinkedInCredentials,
    tools=(*posting.TOOLS, *reading.TOOLS, *answering.TOOLS, *statistics.TOOLS),
    verify=verify,
    folder=Path(__file__).parent,
    settings=(
        Setting(
            name=BASE, default="https://api.linkedin.com", help="Address of LinkedIn's API.", is_base=True
        ),
        OAUTH_BASE,
        Setting(
            name=VERSION,
            default="202610",
            help="LinkedIn API version (YYYYMM), served for about a year; older ones are answered 426.",
        ),
    ),
    limits=PUBLISHED,
    oauth=(OAUTH,),
    hosts=UPLOAD_HOSTS,
)
