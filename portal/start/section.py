"""Getting started; reached from the home and the keys."""

from portal.sections import Section

SECTION = Section(
    slug="start", title="Get started", icon="sparkles", order=1, permission="keys:manage", listed=False
)
