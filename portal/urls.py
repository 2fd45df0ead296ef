"""The URLs of the portal: each section's below its slug."""

from django.urls import URLPattern, URLResolver, include, path

from portal import beginning, switching
from portal.people import invitation
from portal.sections import all_sections

urlpatterns: list[URLPattern | URLResolver] = [
    path("begin/", beginning.begin, name="begin"),
    path("invitation/<str:token>/", invitation.show, name="invitation"),
    path("switch/", switching.switch, name="switch_customer"),
    *(path(section.path, include(f"portal.{section.slug}.urls")) for section in all_sections().values()),
]
