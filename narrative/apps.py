from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from yabot.core import chains


class NarrativeConfig(AppConfig):
    """See the package's docstring."""

    name = "narrative"
    verbose_name = _("Historia")

    def ready(self) -> None:
        from narrative import (
            chain,
            receivers,  # noqa: F401 - connects them
        )
        from narrative.services import reconciliation
        from yabot.core.reconciliation import offer

        offer(*reconciliation.CHECKS)
        chains.offer("narrative", chain.links, event_names=chain.EVENT_NAMES)
