from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChanneladminConfig(AppConfig):
    """See the package's docstring."""

    name = "channeladmin"
    verbose_name = _("Canal")

    def ready(self) -> None:
        from channeladmin import (
            ports,
            receivers,  # noqa: F401 - connects them
        )
        from channeladmin.services import reconciliation
        from yabot.core import modules
        from yabot.core.reconciliation import offer

        if modules.runs(self.name):
            ports.provide()
        offer(*reconciliation.CHECKS)
