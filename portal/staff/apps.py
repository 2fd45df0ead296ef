"""Django's admin with the staff's own site."""

from django.contrib.admin.apps import AdminConfig


class StaffConfig(AdminConfig):
    """Django's admin app; each app's `admin.py` registers its pages on the staff's site."""

    default_site = "portal.staff.site.StaffSite"
