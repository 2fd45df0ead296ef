"""Accounts at platforms."""

from portal.sections import Section

SECTION = Section(slug="connections", title="Connections", icon="plug", order=10, permission="tools:read")
