"""The story against the event log and the outbox, a window at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from django.utils.translation import gettext_lazy as _

from narrative.models import DueLetter, Hint, HintUnlock
from narrative.services import lucien, refunds
from narrative.services.addressees import addressees
from narrative.services.catalogue import OpenHint, opening
from yabot.core import clock, delivery
from yabot.core.conditions import Facts
from yabot.core.correlation import Trace
from yabot.core.models import Delivery, EventRecord, MessagePriority, OutgoingMessage
from yabot.core.reconciliation import Check, Discrepancy, Kind, Window, windows

MODULE = "narrative"
BESITOS_ADDED = "besitos_added"
NOTICED = timedelta(minutes=1)  # other processes may know yesterday's hints for two seconds
STILL_NEWS = timedelta(days=7)

LOCKED = "hint_not_opened"
UNWRITTEN = "letter_not_written"
TOO_LATE = "letter_lost"


@dataclass(frozen=True, slots=True)
class Owed:
    """A hint that is open for a reader, whose letter is missing."""

    hint: OpenHint
    user_id: int
    facts: Facts


def look_at_hints(position: str) -> Window:
    """Readers whose besitos open a hint that is not open, while the story has nothing of theirs to hear any more.

    Only hints that ask for besitos alone and have stayed as they are since before the reader had them.
    """
    columns = ("id", "type", "user_id", "payload", "occurred_at")
    found, after = windows.by_id(EventRecord.objects.all(), position, *columns)
    earned = [row for row in found if row[1] == BESITOS_ADDED and row[2] is not None]
    waiting = _waiting({row[2] for row in earned})
    due = _due([row for row in earned if row[2] not in waiting])
    pairs = set(
        HintUnlock.objects.filter(user_id__in={user_id for user_id, _h in due}).values_list("user_id", "hint_id")
    )
    return Window(len(found), after, [one for pair, one in due.items() if pair not in pairs])


def _waiting(user_ids: set[int]) -> set[int]:
    """Those of these readers of whom the story has something to hear (also dead letters: a person looks after them)."""
    waiting = Delivery.objects.filter(module=MODULE, user_id__in=user_ids)
    return set(waiting.values_list("user_id", flat=True))


def _due(earned: Sequence[tuple[Any, ...]]) -> dict[tuple[int, UUID], Discrepancy]:
    """What these balances open, by reader and hint; each with the first event that opens it."""
    hints = [
        (row, hint.condition)
        for row in Hint.objects.filter(is_active=True, opened_to_all_at=None)
        if (hint := opening(row)) and hint.condition.needs == {"besitos"}
    ]
    due: dict[tuple[int, UUID], Discrepancy] = {}
    for event_id, _type, user_id, payload, occurred_at in earned:
        facts = Facts(orjson.loads(payload)["balance"], 0)
        for row, condition in hints:
            if occurred_at > row.changed_at + NOTICED and condition.check(facts):
                shown = {"person": user_id, "hint": row.title_es}
                due.setdefault((user_id, row.pk), Discrepancy(LOCKED, str(event_id), shown, user_id))
    return due


def hear_again(found: Sequence[Discrepancy]) -> list[Discrepancy]:
    """Put back the lost deliveries of these events: their hints open as they would have."""
    made = delivery.put_back(MODULE, [UUID(one.object) for one in found])
    return [one for one in found if UUID(one.object) in made]


def look_at_letters(position: str) -> Window:
    """Open hints whose letter was written and is in no outbox, for readers who may be written to."""
    columns = ("id", "user_id", "hint_id", "hint__key", "hint__title_es", "has_letter", "correlation_id", "unlocked_at")
    found, after = windows.by_id(HintUnlock.objects.all(), position, *columns)
    lost = _lost([row for row in found if row[5]])
    readers = addressees({row[1] for row in lost}) if lost else {}
    latest = clock.now() - STILL_NEWS
    return Window(
        len(found),
        after,
        [
            Discrepancy(
                UNWRITTEN if row[7] > latest else TOO_LATE, str(row[0]), {"person": row[1], "hint": row[4]}, row[1]
            )
            for row in lost
            if row[1] in readers
        ],
    )


def _lost(unlocks: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Those of these unlocks without a letter, also when the hint had another key then."""
    keys = {lucien.key_of(row[3], row[1]): row for row in unlocks}
    known = set(OutgoingMessage.objects.filter(key__in=keys).values_list("key", flat=True))
    waiting = DueLetter.objects.filter(reference__in=keys, was_sent=False).order_by()
    known |= set(waiting.values_list("reference", flat=True))
    missing = [row for key, row in keys.items() if key not in known]
    return [row for row in missing if not _has_letter(row)]


def _has_letter(row: tuple[Any, ...]) -> bool:
    """Whether a letter of this chain was written, or waits for its time, or was not to be sent when that came."""
    mine = {"correlation_id": row[6], "user_id": row[1]}
    written = OutgoingMessage.objects.filter(**mine, key__startswith=lucien.KEY)
    late = DueLetter.objects.filter(**mine, reference__startswith=lucien.KEY, was_sent=False)
    return written.exists() or late.exists()


def write_again(found: Sequence[Discrepancy]) -> list[Discrepancy]:
    """Owe these readers their letters, with what they have now."""
    unlocks = HintUnlock.objects.filter(pk__in=[one.object for one in found]).select_related("hint__template")
    rows = {str(row.pk): row for row in unlocks}
    owed, traces, written = [], [], []
    for one in found:
        row = rows.get(one.object)
        hint = opening(row.hint) if row else None
        if row is None or hint is None or _lost([_as_row(row)]) == []:
            continue
        owed.append(Owed(hint, row.user_id, Facts()))
        traces.append(_announced(row))
        written.append(one)
    keys = [lucien.key_of(one.hint.key, one.user_id) for one in owed]
    DueLetter.objects.filter(reference__in=keys, was_sent=True).delete()  # what was sent is lost: it may wait again
    looked_up = lucien.look_up(owed, ())
    told = lucien.write_about(owed, traces, looked_up=looked_up, priority=MessagePriority.NOTICE)
    return [one for one, letter in zip(written, owed, strict=True) if (letter.user_id, letter.hint.id) in told]


def _as_row(row: HintUnlock) -> tuple[Any, ...]:
    return (row.pk, row.user_id, row.hint_id, row.hint.key, row.hint.title_es, True, row.correlation_id)


def _announced(row: HintUnlock) -> Trace:
    """The place of the unlock's event in its chain."""
    events = EventRecord.objects.filter(correlation_id=row.correlation_id, type="hint_unlocked", user_id=row.user_id)
    return Trace(row.correlation_id, events.values_list("id", flat=True).first())


CHECKS = (
    Check(
        "narrative.hints",
        _("Los besitos y las pistas que abren"),
        look_at_hints,
        {
            LOCKED: Kind(
                _("%(person)s tiene besitos de sobra para «%(hint)s» y la pista no se abrió."),
                _("El evento se entregó otra vez a la historia, que abre cada pista una sola vez."),
                hear_again,
                page="core.eventrecord",
                once=True,
            )
        },
    ),
    Check(
        "narrative.letters",
        _("Las pistas abiertas y las cartas de Lucien"),
        look_at_letters,
        {
            UNWRITTEN: Kind(
                _("La carta de «%(hint)s» para %(person)s se perdió."),
                _("Lucien la volvió a escribir."),
                write_again,
                page="narrative.hintunlock",
                once=True,
            ),
            TOO_LATE: Kind(
                _("La carta de «%(hint)s» para %(person)s se perdió hace más de una semana."),
                _("Llegaría demasiado tarde. La pista está en /pistas; si importa, escríbele tú."),
                page="narrative.hintunlock",
            ),
        },
    ),
    Check(
        "narrative.prices",
        _("Los precios de las historias y los pasos que pagaron"),
        refunds.look,
        {
            refunds.UNMOVED: Kind(
                _("%(person)s pagó %(amount)s besitos por una opción y la historia no avanzó."),
                _("La economía devolvió el precio."),
                refunds.give_back,
                page="core.eventrecord",
                once=True,
            )
        },
    ),
)
