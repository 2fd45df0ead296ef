"""Who belongs to the customer."""

from portal.sections import Section

SECTION = Section(slug="members", title="Members", icon="users", order=10, group="Customer")
