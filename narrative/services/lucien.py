"""Lucien's letters: what can go now becomes a message in the outbox, everything late is a row that waits.

A letter that waits is written when its time has come (``narrative.services.due_letters``), with what is true then.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Protocol
from uuid import UUID

from narrative.models import DueLetter
from narrative.models.lucien import PLACEHOLDERS, LucienTemplate
from narrative.services import about, knowledge
from narrative.services.about import NOTHING, About
from narrative.services.addressees import Addressee, addressees
from narrative.services.catalogue import LetterText, OpenHint
from yabot.core import clock, correlation, messages, reactions
from yabot.core.conditions import Facts
from yabot.core.correlation import Trace
from yabot.core.messages import Message
from yabot.core.models import MessagePriority
from yabot.core.phrases import PhraseError, Value, compile_phrase
from yabot.core.telegram.limits import CAPTION, TEXT
from yabot.core.telegram.markup import Problem
from yabot.core.telegram.preview import to_preview_html
from yabot.core.transactions import atomic

KEY = "hint:"
TOLD = {"besitos": "besitos", "reacciones": "reactions"}  # a letter's value, and the fact behind it
SOON = timedelta(minutes=1)  # for what nobody knows now


class Opened(Protocol):
    """A hint that has just opened for a reader."""

    @property
    def hint(self) -> OpenHint: ...
    @property
    def user_id(self) -> int: ...
    @property
    def facts(self) -> Facts: ...


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter to be written, by its template's key, once for each reference; ``at`` None: now."""

    template_key: str
    user_id: int
    reference: str
    at: datetime | None = None
    about: About = NOTHING


@dataclass(frozen=True, slots=True)
class Envelope:
    """A letter's text and where it goes. The reference makes it one letter."""

    text: LetterText
    user_id: int
    reference: str
    about: About = NOTHING
    priority: MessagePriority = MessagePriority.NOTICE
    trace: Trace | None = None


@dataclass(frozen=True, slots=True)
class LookedUp:
    """Facts that letters tell and that were not known when their hints opened. ``besitos`` None: nobody knows now."""

    besitos: Mapping[int, int] | None
    reactions: Mapping[int, int]


def look_up(opened: Sequence[Opened], known: Collection[str]) -> LookedUp:
    """What these letters tell beyond the facts ``known``. One statement for each such fact."""
    letters = [hint.letter for hint in {one.hint.id: one.hint for one in opened}.values() if hint.letter]
    return _look_up({one.user_id for one in opened}, _told(letters) - set(known))


def write_about(
    opened: Sequence[Opened], traces: Sequence[Trace], *, looked_up: LookedUp, priority: MessagePriority
) -> set[tuple[int, UUID]]:
    """Owe each reader the letter of the hint that opened, once, now or after its delay; who got one about what.

    Those who blocked the bot or were erased get none; they find the hint in /pistas when they come back. A letter that
    tells what nobody knows now waits until somebody does.
    """
    letters = [(one, trace, one.hint.letter) for one, trace in zip(opened, traces, strict=True) if one.hint.letter]
    if not letters:
        return set()
    readers, now = addressees({one.user_id for one, _, _ in letters}), clock.now()
    ready: list[Message] = []
    late: list[DueLetter] = []
    written = [(one, trace, text) for one, trace, text in letters if one.user_id in readers]
    for one, trace, text in written:
        hint, reader = one.hint, readers[one.user_id]
        envelope = Envelope(text, one.user_id, key_of(hint.key, one.user_id), About(hint=hint.key), priority, trace)
        due = reader.heard_at(now + timedelta(seconds=text.delay_seconds))
        if looked_up.besitos is None and text.mentions("besitos"):
            due = max(due, now + SOON)
        if due > now:
            late.append(waiting(envelope, due))
        else:
            ready.append(compose(envelope, reader, {**_numbers(one, looked_up), "pista": hint.title(reader.language)}))
    messages.enqueue(ready, known_new=True)
    owe(late)
    return {(one.user_id, one.hint.id) for one, _, _ in written}


def write(template_key: str, user_id: int, *, reference: str, at: datetime | None = None) -> bool:
    """Owe a reader the letter with this key, once for each reference, at that time or now; whether it is owed.

    None for whoever blocked the bot or was erased, and none for a letter that is no more or cannot be read.
    """
    return bool(write_all([Letter(template_key, user_id, reference, at)]))


@atomic
def write_all(letters: Sequence[Letter]) -> set[str]:
    """Owe readers these letters, as ``write`` does; the references of those that are owed, now or since earlier.

    At most eight statements for any list about one reader's step, four for one that tells no numbers.
    """
    keys = {letter.template_key for letter in letters}
    texts = _texts(LucienTemplate.objects.filter(key__in=keys)) if keys else {}
    readers = addressees({letter.user_id for letter in letters if letter.template_key in texts}) if texts else {}
    found = [one for one in letters if one.template_key in texts and one.user_id in readers]
    looked_up = _look_up({one.user_id for one in found}, _told(texts[one.template_key] for one in found))
    now, words_of = clock.now(), cache(_words)
    ready: list[Message] = []
    late: list[DueLetter] = []
    for one in found:
        text, reader = texts[one.template_key], readers[one.user_id]
        envelope = Envelope(text, one.user_id, one.reference, one.about)
        due = reader.heard_at(max(one.at or now, now) + timedelta(seconds=text.delay_seconds))
        if looked_up.besitos is None and text.mentions("besitos"):
            due = max(due, now + SOON)
        if due > now:
            late.append(waiting(envelope, due))
        else:
            numbers = _told_numbers(one.user_id, looked_up)
            said = words_of(one.about, text.names, one.user_id, reader.language)
            ready.append(compose(envelope, reader, {**numbers, **said}))
    messages.enqueue(ready)
    owe(late)
    return {one.reference for one in found}


def compose(envelope: Envelope, reader: Addressee, values: Mapping[str, Value]) -> Message:
    """The message to this reader, with these values."""
    text = envelope.text.phrase(reader.language).render({"nombre": reader.name, **values})
    picture = envelope.text.picture
    return Message(
        key=envelope.reference if envelope.reference.startswith(KEY) else f"letter:{envelope.reference}",
        chat_id=envelope.user_id,
        user_id=envelope.user_id,
        method="sendPhoto" if picture else "sendMessage",
        params={"photo": f"file:{picture}", **text.to_api("caption")} if picture else text.to_api(),
        priority=envelope.priority,
        trace=envelope.trace,
    )


def values_now(envelope: Envelope, language: str) -> dict[str, Value] | None:
    """What the letter tells, as it is now; None when nobody knows how many besitos the reader has."""
    looked_up = _look_up({envelope.user_id}, _told([envelope.text]))
    if looked_up.besitos is None:
        return None
    said = _words(envelope.about, envelope.text.names, envelope.user_id, language)
    return {**_told_numbers(envelope.user_id, looked_up), **said}


def waiting(envelope: Envelope, due: datetime) -> DueLetter:
    """The letter as a row that waits for ``due``; not saved."""
    trace = envelope.trace or correlation.current()
    return DueLetter(
        template_id=envelope.text.id,
        user_id=envelope.user_id,
        reference=envelope.reference,
        about=envelope.about.to_json(),
        priority=int(envelope.priority),
        correlation_id=trace.correlation_id,
        causation_id=trace.event_id,
        since=due,
        due_at=due,
    )


@atomic
def owe(letters: Sequence[DueLetter]) -> int:
    """Have these letters wait for their time, each reference once; how many are new. Two statements for any list."""
    wanted = {letter.reference: letter for letter in letters}
    if not wanted:
        return 0
    there = DueLetter.objects.filter(reference__in=list(wanted)).order_by()
    for reference in list(there.values_list("reference", flat=True)):
        del wanted[reference]
    DueLetter.objects.bulk_create(wanted.values())
    return len(wanted)


def key_of(hint_key: str, user_id: int) -> str:
    """The key of the one letter about this hint to this reader."""
    return f"{KEY}{hint_key}:{user_id}"


def _texts(templates: Iterable[LucienTemplate]) -> dict[str, LetterText]:
    """The texts of these letters by their keys, without those that cannot be read (they were checked when saved)."""
    found: dict[str, LetterText] = {}
    for template in templates:
        try:
            found[template.key] = LetterText.of(template)
        except PhraseError:
            continue
    return found


def _told(texts: Iterable[LetterText]) -> set[str]:
    """The facts that these letters tell, in either language."""
    letters = list(texts)
    return {fact for value, fact in TOLD.items() if any(letter.mentions(value) for letter in letters)}


def _look_up(user_ids: Collection[int], facts: Collection[str]) -> LookedUp:
    users = list(user_ids)
    besitos = knowledge.besitos_now(users) if "besitos" in facts else {}
    return LookedUp(besitos, reactions.given_by(users) if "reactions" in facts else {})


def _numbers(one: Opened, looked_up: LookedUp) -> dict[str, Value]:
    """What was known when the hint opened, and what was looked up for its letter."""
    user = one.user_id
    return {
        "besitos": (looked_up.besitos or {}).get(user, one.facts.besitos),
        "reacciones": looked_up.reactions.get(user, one.facts.reactions),
    }


def _told_numbers(user_id: int, looked_up: LookedUp) -> dict[str, Value]:
    return {
        "besitos": (looked_up.besitos or {}).get(user_id, 0),
        "reacciones": looked_up.reactions.get(user_id, 0),
    }


def _words(subject: About, wanted: frozenset[str], user_id: int, language: str) -> dict[str, str]:
    return about.words(subject, wanted, user_id=user_id, language=language)


@dataclass(frozen=True, slots=True)
class Preview:
    """A letter as a reader will see it, or what has to be mended first."""

    html: str
    used: int
    limit: int
    problems: tuple[Problem, ...] = ()


def preview(source: str, *, has_picture: bool) -> Preview:
    """The letter with example values, drawn from the same text and entities that are sent."""
    limit = CAPTION if has_picture else TEXT
    try:
        shown = compile_phrase(source, PLACEHOLDERS, limit).preview()
    except PhraseError as error:
        return Preview("", len(source), limit, tuple(error.problems))
    return Preview(to_preview_html(shown), shown.length, limit)
