"""The customer's own systems that are told what happens."""

from portal.sections import Section

SECTION = Section(
    slug="webhooks", title="Webhooks", icon="webhook", order=20, group="Build", permission="webhooks:manage"
)
