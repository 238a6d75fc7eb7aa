"""Every address of the web process."""

from django.contrib import admin
from django.templatetags.static import static
from django.urls import include, path
from django.views.generic import RedirectView

from yabot import pages
from yabot.core.api import health, media, metrics

urlpatterns = [
    path("", pages.home, name="home"),
    path("admin/", admin.site.urls),
    path("api/", include("yabot.api")),
    path("favicon.ico", RedirectView.as_view(url=static("yabot/icon.svg"), permanent=False)),
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
    path("media/<path:path>", media.uploaded, name="media"),
    path("metrics", metrics.metrics, name="metrics"),
    path("sandbox/", pages.sandbox, name="sandbox"),
]

handler400 = "yabot.core.error_pages.bad_request"
handler403 = "yabot.core.error_pages.forbidden"
handler404 = "yabot.core.error_pages.not_found"
handler500 = "yabot.core.error_pages.server_error"
