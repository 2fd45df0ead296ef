"""Signing in at platforms, and the apps by which people do."""

from portal.sections import Section

SECTION = Section(
    slug="connect",
    title="Sign-in apps",
    icon="fingerprint",
    order=40,
    group="Build",
    permission="connections:manage",
)
