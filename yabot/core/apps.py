from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    """The foundation every module stands on."""

    name = "yabot.core"
    label = "core"
    verbose_name = _("Sistema")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yabot.core import checks, reconciliation  # noqa: F401 - registers the system checks
        from yabot.core.events import EventSignal
        from yabot.core.reconciliation import log, outbox, queues
        from yabot.core.webhooks import subscriptions

        EventSignal.connect_to_public(subscriptions.record, subscriptions.MODULE, subscriptions.is_wanted)
        reconciliation.offer(
            log.STREAM_CHECK,
            log.EVENT_CHECK,
            queues.DELIVERY_CHECK,
            queues.QUEUE_CHECK,
            outbox.OUTBOX_CHECK,
            outbox.MESSAGE_CHECK,
        )
