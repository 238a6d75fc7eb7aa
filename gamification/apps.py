from typing import Any

from django.apps import AppConfig
from django.apps import apps as registry
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from yabot.core import chains, modules


class GamificationConfig(AppConfig):
    """See the package's docstring."""

    name = "gamification"
    verbose_name = _("Economía")

    def ready(self) -> None:
        from gamification import (
            chain,
            ports,
            receivers,  # noqa: F401 - connects them
        )
        from gamification.services import reconciliation
        from yabot.core.reconciliation import offer

        post_migrate.connect(open_the_books, sender=self)
        if modules.runs(self.name):
            ports.provide()
        offer(*reconciliation.CHECKS)
        chains.offer("gamification", chain.links, event_names=chain.EVENT_NAMES)


def open_the_books(using: str, apps: Any = registry, **_: object) -> None:
    """The mint and the sink exist wherever the tables do."""
    from gamification.models import MINT_ID, SINK_ID, AccountKind

    try:
        account = apps.get_model("gamification", "Account")
    except LookupError:
        return
    for key, kind in ((MINT_ID, AccountKind.MINT), (SINK_ID, AccountKind.SINK)):
        account.objects.using(using).get_or_create(pk=key, defaults={"kind": kind.value})
