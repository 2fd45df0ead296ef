"""The first page after signing in."""

from portal.sections import Section

SECTION = Section(slug="home", title="Home", icon="house", order=0)
