"""Trying tools."""

from portal.sections import Section

SECTION = Section(
    slug="playground",
    title="Playground",
    icon="square-terminal",
    order=5,
    group="Build",
    permission="tools:read",
)
