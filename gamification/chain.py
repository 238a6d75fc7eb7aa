"""What the economy adds to a chain's page: the besitos that moved."""

from collections.abc import Sequence
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gamification.models import AccountKind, Transfer
from yabot.core.chains import ChainLink, Text
from yabot.core.models import EventRecord

EVENT_NAMES: dict[str, Text] = {
    "besitos_added": _("Ganó besitos"),
    "besitos_spent": _("Gastó besitos"),
}


def links(correlation_id: UUID) -> Sequence[ChainLink]:
    """The transfers of a chain, found through the chain's people: the ledger has no index of chains to keep."""
    people = EventRecord.objects.filter(correlation_id=correlation_id, user_id__isnull=False).values("user_id")
    moved = Transfer.objects.filter(user_id__in=people, correlation_id=correlation_id)
    return [_of(transfer) for transfer in moved.select_related("source", "target")]


def _of(transfer: Transfer) -> ChainLink:
    paid_out = transfer.target.kind == AccountKind.USER
    return ChainLink(
        id=transfer.pk,
        at=transfer.created_at,
        title=gettext("%(sign)s%(amount)d besitos") % {"sign": "+" if paid_out else "−", "amount": transfer.amount},
        text=gettext("%(reason)s: de %(source)s a %(target)s.")
        % {
            "reason": transfer.get_reason_display(),
            "source": transfer.source.get_kind_display(),
            "target": transfer.target.get_kind_display(),
        },
        cause=transfer.causation_id,
        user_id=transfer.user_id,
        state=_("anotado"),
        tone="good",
        url=reverse("admin:gamification_transfer_change", args=[transfer.pk]),
    )
