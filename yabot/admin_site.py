"""The back office's site."""

from django.contrib.admin.apps import AdminConfig


class YabotAdminConfig(AdminConfig):
    """Django's admin, with YABOT's look where django-unfold is installed."""
