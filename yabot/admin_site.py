"""The back office's site: YABOT's name, menu and first page, with either theme."""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin import AdminSite
from django.contrib.admin.apps import SimpleAdminConfig
from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from yabot.core.errors import SessionLost

if TYPE_CHECKING or not settings.UNFOLD_INSTALLED:
    _Site = AdminSite
else:
    from unfold.sites import UnfoldAdminSite as _Site


class YabotAdminConfig(SimpleAdminConfig):
    """Django's admin, with YABOT's look where django-unfold is installed.

    Its pages are loaded when somebody asks for the first of them: half of the time in which a process is ready, and a
    third of its memory, in processes that show none (the bot, workers, beat).
    """

    default_site = "yabot.admin_site.YabotAdminSite"

    def ready(self) -> None:
        """Make the site, or the system checks would find none to look at."""
        super().ready()
        str(admin.site)


class YabotAdminSite(_Site):
    """The site every model is registered with."""

    site_title = _("YABOT")
    site_header = _("YABOT")
    index_title = _("Inicio")
    index_template = "admin/yabot_index.html"
    empty_value_display = "—"
    _is_loaded = False

    @property
    def _registry(self) -> dict[Any, Any]:
        """Every model's page; reading it loads them, so whoever looks finds all of them."""
        if not self._is_loaded:
            with self._not_looking():
                autodiscover_modules("admin", register_to=self)
            self._is_loaded = True
        return self._pages

    @_registry.setter
    def _registry(self, pages: dict[Any, Any]) -> None:
        self._pages = pages

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Django's; beat's own tables are no pages: ``schedule.py`` fills them, whatever stands in them."""
        models: list[Any] = [model_or_iterable] if isinstance(model_or_iterable, type) else list(model_or_iterable)
        ours = [model for model in models if model._meta.app_label != "django_celery_beat"]
        with self._not_looking():
            super().register(ours, admin_class, **options)

    def unregister(self, model_or_iterable: Any) -> None:
        """Django's."""
        with self._not_looking():
            super().unregister(model_or_iterable)

    @contextmanager
    def _not_looking(self) -> Iterator[None]:
        """While pages are brought in, the others are not loaded for it."""
        before, self._is_loaded = self._is_loaded, True
        try:
            yield
        finally:
            self._is_loaded = before

    def admin_view(self, view: Callable[..., HttpResponseBase], cacheable: bool = False) -> Any:
        """Django's, and whoever comes with a session that is over reads on the login page why they are there."""
        shown = super().admin_view(view, cacheable)

        @functools.wraps(shown)
        def noticing(request: HttpRequest, *args: Any, **values: Any) -> HttpResponseBase:
            if settings.SESSION_COOKIE_NAME in request.COOKIES and not request.user.is_authenticated:
                messages.warning(request, SessionLost().sentence(get_language() or "es"))
            return shown(request, *args, **values)

        return noticing

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Django's pages and "Estado del sistema"."""
        from yabot.core.admin import status
        from yabot.schedule import JOBS, TITLES

        page = self.admin_view(partial(status.show_status, jobs=JOBS, titles=TITLES))
        return [path("estado/", page, name="status"), *super().get_urls()]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The menu, by what people work on; one app's own page stays Django's."""
        from yabot.core.admin import menu

        apps = super().get_app_list(request, app_label)
        return apps if app_label else menu.grouped(apps)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The first page, with how everything is, and what whoever works on stories was doing."""
        from narrative.admin.desk import beginning
        from yabot.core.admin import status

        return super().index(
            request, {**status.dashboard(request), **beginning.context(request), **(extra_context or {})}
        )
