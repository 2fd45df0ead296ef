"""The audit trail."""

from portal.sections import Section

SECTION = Section(slug="activity", title="Activity", icon="activity", order=30, permission="audit:read")
