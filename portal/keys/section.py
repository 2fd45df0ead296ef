"""What agents and scripts sign in with."""

from portal.sections import Section

SECTION = Section(
    slug="keys", title="Keys and agents", icon="key-round", order=10, group="Build", permission="keys:manage"
)
