"""Stand-ins of the platforms."""

from portal.sections import Section

SECTION = Section(
    slug="sandbox", title="Sandbox", icon="flask-conical", order=6, group="Build", permission="tools:read"
)
