"""Letters whose time has come: looked at again, written with what is true now, in the hours their readers want."""

import logging
from datetime import timedelta

from narrative.models import DueLetter
from narrative.services import lucien, rules
from narrative.services.about import About
from narrative.services.addressees import addressees
from narrative.services.catalogue import LetterText
from narrative.services.lucien import Envelope
from yabot.core import clock, messages
from yabot.core.models import MessagePriority
from yabot.core.redaction import redact
from yabot.core.transactions import atomic

log = logging.getLogger(__name__)

CHUNK = 200
ROUNDS = 50
SHORTEST, LONGEST = timedelta(minutes=1), timedelta(hours=1)  # until a letter is tried again
GIVEN_UP_AFTER = timedelta(days=7)


def deliver_due() -> int:
    """Write the letters whose time has come and whose condition holds; how many were written.

    One that cannot be written holds up no other: it is tried again, ever more slowly, and given up after a week.
    """
    written = 0
    for _ in range(ROUNDS):
        due = DueLetter.objects.filter(done_at=None, due_at__lte=clock.now()).order_by("due_at")
        found = list(due.select_related("rule__story", "rule__template", "template")[:CHUNK])
        if not found:
            break
        written += sum(_tried(letter) for letter in found)
    return written


def _tried(letter: DueLetter) -> bool:
    try:
        return deliver(letter)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with this letter, the next one does not wait
        said = redact(repr(error))
        log.warning("the letter %s cannot be written: %s", letter.reference, said)
        _put_off(letter, said)
        return False


@atomic
def deliver(letter: DueLetter) -> bool:
    """Write one letter, unless it is night, it is true no longer, or another process has just done it."""
    now = clock.now()
    reader = addressees([letter.user_id]).get(letter.user_id)
    if reader is None:
        return _close(letter, "may not be written to")
    if reader.heard_at(now) > now:
        DueLetter.objects.filter(pk=letter.pk, done_at=None).update(due_at=reader.heard_at(now))
        return False
    holds = rules.judge(letter)
    if holds is False:
        return _close(letter, "no longer true")
    envelope = _envelope(letter)
    values = lucien.values_now(envelope, reader.language) if holds else None
    if values is None:
        _put_off(letter, "nobody knows")
        return False
    return _close(letter) and bool(messages.enqueue([lucien.compose(envelope, reader, values)]))


def _envelope(letter: DueLetter) -> Envelope:
    """Raises PhraseError for a text that cannot be read (it was checked when it was saved)."""
    return Envelope(
        LetterText.of(letter.template_now),
        letter.user_id,
        letter.reference,
        About.from_json(letter.about),
        MessagePriority(letter.priority),
        letter.trace,
    )


@atomic
def _close(letter: DueLetter, why_not: str = "") -> bool:
    """The letter waits no longer; whether it is this process that has to send it."""
    waiting = DueLetter.objects.filter(pk=letter.pk, done_at=None)
    closed = waiting.update(done_at=clock.now(), was_sent=not why_not, error=why_not[:300])
    return bool(closed) and not why_not


@atomic
def _put_off(letter: DueLetter, why: str) -> None:
    """Try again after a tenth of the time it has waited, between a minute and an hour; or, after a week, no more."""
    now = clock.now()
    waited = now - letter.since
    if waited > GIVEN_UP_AFTER:
        _close(letter, why)
        return
    pause = min(max(waited / 10, SHORTEST), LONGEST)
    DueLetter.objects.filter(pk=letter.pk, done_at=None).update(due_at=now + pause, error=why[:300])
