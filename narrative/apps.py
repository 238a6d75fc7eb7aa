from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NarrativeConfig(AppConfig):
    """See the package's docstring."""

    name = "narrative"
    verbose_name = _("Historia")

    def ready(self) -> None:
        from narrative import receivers  # noqa: F401 - connects them
