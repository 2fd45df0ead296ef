"""Conversations."""

from portal.sections import Section

SECTION = Section(slug="inbox", title="Inbox", icon="inbox", order=20, permission="inbox:read")
