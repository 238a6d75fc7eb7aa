from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    """The foundation every module stands on."""

    name = "yabot.core"
    label = "core"
    verbose_name = _("Sistema")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yabot.core import checks  # noqa: F401 - registers the system checks
