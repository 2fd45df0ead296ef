"""Units used and left."""

from portal.sections import Section

SECTION = Section(
    slug="usage", title="Usage", icon="chart-no-axes-column", order=40, permission="billing:read"
)
