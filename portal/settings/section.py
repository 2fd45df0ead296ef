"""The customer itself."""

from portal.sections import Section

SECTION = Section(
    slug="settings", title="Settings", icon="settings", order=20, group="Customer", permission="billing:read"
)
