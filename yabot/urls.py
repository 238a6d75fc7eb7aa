"""Every address of the web process."""

from django.contrib import admin
from django.urls import path

from yabot import pages
from yabot.core.api import health

urlpatterns = [
    path("", pages.home, name="home"),
    path("admin/", admin.site.urls),
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
    path("sandbox/", pages.sandbox, name="sandbox"),
]
