"""What the story adds to a chain's page: the hints that opened."""

import json
from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from narrative.models import DueLetter, HintUnlock
from yabot.core.chains import ChainLink, Text
from yabot.core.models import EventRecord

EVENT_NAMES: dict[str, Text] = {
    "hint_unlocked": _("Descubrió una pista"),
    "goal_reached": _("La comunidad alcanzó una meta"),
    "hint_opened": _("Se abrió una pista para todos"),
    "story_begun": _("Empezó una historia"),
}


def links(correlation_id: UUID) -> Sequence[ChainLink]:
    """The hints of a chain, each below the event that announced it, and the letters that wait. Three statements."""
    return [*_hints(correlation_id), *_waiting(correlation_id)]


def _waiting(correlation_id: UUID) -> list[ChainLink]:
    """Letters that are no messages yet."""
    mine = DueLetter.objects.filter(correlation_id=correlation_id, done_at=None)
    return [
        ChainLink(
            id=letter.pk,
            at=letter.due_at,
            title=_("Carta que espera su hora: «%(name)s»") % {"name": letter.template_now},
            cause=letter.causation_id,
            user_id=letter.user_id,
            state=_("espera"),
            tone="calm",
        )
        for letter in mine.select_related("rule__template", "template")
    ]


def _hints(correlation_id: UUID) -> list[ChainLink]:
    announced = {
        (user_id, json.loads(payload).get("hint_id")): event_id
        for event_id, user_id, payload in EventRecord.objects.filter(
            correlation_id=correlation_id, type="hint_unlocked"
        ).values_list("pk", "user_id", "payload")
    }
    return [
        ChainLink(
            id=unlock.pk,
            at=unlock.unlocked_at,
            title=_now("Pista abierta: «%(title)s»") % {"title": unlock.hint.title_es},
            cause=announced.get((unlock.user_id, str(unlock.hint_id))),
            user_id=unlock.user_id,
            state=_("abierta"),
            tone="good",
        )
        for unlock in HintUnlock.objects.filter(correlation_id=correlation_id).select_related("hint")
    ]
