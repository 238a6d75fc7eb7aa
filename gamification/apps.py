from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GamificationConfig(AppConfig):
    """See the package's docstring."""

    name = "gamification"
    verbose_name = _("Economía")

    def ready(self) -> None:
        from gamification import receivers  # noqa: F401 - connects them
