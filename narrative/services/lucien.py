"""Lucien's letters: from templates to messages in the outbox."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from narrative.models.lucien import PLACEHOLDERS, LucienTemplate
from narrative.services import knowledge
from narrative.services.catalogue import OpenHint
from yabot.core import clock, messages, reactions, rows
from yabot.core.conditions import Facts
from yabot.core.correlation import Trace
from yabot.core.messages import Message
from yabot.core.models import MessagePriority, TelegramUser
from yabot.core.phrases import PhraseError, compile_phrase
from yabot.core.telegram.limits import CAPTION, TEXT
from yabot.core.telegram.markup import Problem
from yabot.core.telegram.preview import to_preview_html

KEY = "hint:"
TOLD = {"besitos": "besitos", "reacciones": "reactions"}  # a letter's value, and the fact behind it


class Opened(Protocol):
    """A hint that has just opened for a reader."""

    @property
    def hint(self) -> OpenHint: ...
    @property
    def user_id(self) -> int: ...
    @property
    def facts(self) -> Facts: ...


@dataclass(frozen=True, slots=True)
class Addressee:
    """What a letter needs of its reader."""

    name: str
    language: str
    zone: str = "UTC"
    quiet: tuple[int, int] | None = None

    def heard_at(self, moment: datetime) -> datetime:
        """This moment, or the end of the night in which they do not want to hear anything."""
        return after_the_night(moment, self.zone, self.quiet) if self.quiet else moment


def after_the_night(moment: datetime, zone: str, quiet: tuple[int, int]) -> datetime:
    """The moment, or, when it is in the quiet hours of that zone, the end of them. Nights may pass midnight."""
    try:
        there = moment.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        there = moment
    start, end = quiet
    is_quiet = start <= there.hour < end if start < end else there.hour >= start or there.hour < end
    if start == end or not is_quiet:
        return moment
    morning = there.replace(hour=end % 24, minute=0, second=0, microsecond=0)
    if morning <= there:
        morning = (morning.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=there.tzinfo)
    return morning.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class LookedUp:
    """Facts that letters tell and that were not known when their hints opened. ``besitos`` None: nobody knows now."""

    besitos: Mapping[int, int] | None
    reactions: Mapping[int, int]


def look_up(opened: Sequence[Opened], known: Collection[str]) -> LookedUp:
    """What these letters tell beyond the facts ``known``. One statement for each such fact."""
    users = list(dict.fromkeys(one.user_id for one in opened))
    missing = _told({one.hint.id: one.hint for one in opened}.values()) - set(known)
    besitos = knowledge.besitos_now(users) if "besitos" in missing else {}
    return LookedUp(besitos, reactions.given_by(users) if "reactions" in missing else {})


def tells(hint: OpenHint, fact: str) -> bool:
    """Whether the letter of this hint tells ``fact``."""
    return fact in _told([hint])


def write_about(
    opened: Sequence[Opened], traces: Sequence[Trace], *, looked_up: LookedUp, priority: MessagePriority
) -> set[tuple[int, UUID]]:
    """Owe each reader the letter of the hint that opened, once, now or after its delay; who got one about what.

    Those who blocked the bot or were erased get none; they find the hint in /pistas when they come back.
    """
    letters = [(one, trace) for one, trace in zip(opened, traces, strict=True) if one.hint.letter]
    if not letters:
        return set()
    readers = addressees({one.user_id for one, _ in letters})
    written = [(one, trace) for one, trace in letters if one.user_id in readers]
    messages.enqueue(
        [_message(one, trace, readers[one.user_id], priority, _facts(one, looked_up)) for one, trace in written],
        known_new=True,
    )
    return {(one.user_id, one.hint.id) for one, _ in written}


def write(template_key: str, user_id: int, *, reference: str, at: datetime | None = None) -> bool:
    """Owe a reader the letter with this key, once for each reference, at that time or now; whether one is owed.

    None for whoever blocked the bot or was erased, and none for a letter that is no more or cannot be read.
    """
    template = LucienTemplate.objects.filter(key=template_key).first()
    reader = addressees([user_id]).get(user_id)
    if template is None or reader is None:
        return False
    try:
        phrase = template.phrase(reader.language)
    except PhraseError:
        return False
    known = knowledge.of_reader(user_id).facts
    text = phrase.render({"nombre": reader.name, "besitos": known.besitos, "reacciones": known.reactions, "pista": ""})
    picture = template.picture.name or ""
    params = {"photo": f"file:{picture}", **text.to_api("caption")} if picture else text.to_api()
    later = timedelta(seconds=template.delay_seconds) + max(timedelta(), at - clock.now() if at else timedelta())
    owed = Message(
        key=f"letter:{reference}",
        chat_id=user_id,
        user_id=user_id,
        method="sendPhoto" if picture else "sendMessage",
        params=params,
        priority=MessagePriority.NOTICE,
        due_at=_due(reader, later),
    )
    messages.enqueue([owed])
    return True


def _told(hints: Iterable[OpenHint]) -> set[str]:
    """The facts that the letters of these hints tell, in either language."""
    letters = [hint.letter for hint in hints if hint.letter]
    return {fact for value, fact in TOLD.items() if any(letter.mentions(value) for letter in letters)}


def _facts(one: Opened, looked_up: LookedUp) -> Facts:
    """What was known when the hint opened, and what was looked up for its letter."""
    user = one.user_id
    besitos = (looked_up.besitos or {}).get(user, one.facts.besitos)
    return Facts(besitos, looked_up.reactions.get(user, one.facts.reactions))


def addressees(user_ids: Iterable[int]) -> dict[int, Addressee]:
    """Those of these readers who may be written to. Whoever never wrote to the bot is tried: Telegram decides."""
    columns = ("id", "first_name", "language", "language_code", "time_zone", "quiet_from", "quiet_until")
    found = rows.select(TelegramUser, columns, {"id": tuple(user_ids), "blocked_at": None, "erased_at": None})
    return {
        user: Addressee(
            name,
            chosen or ("en" if telegram[:2].lower() == "en" else "es"),
            zone,
            None if start is None or end is None else (start, end),
        )
        for user, name, chosen, telegram, zone, start, end in found
    }


def key_of(hint_key: str, user_id: int) -> str:
    """The key of the one letter about this hint to this reader."""
    return f"{KEY}{hint_key}:{user_id}"


def _due(reader: Addressee, later: timedelta) -> datetime | None:
    """When the letter may go; None: at once."""
    if not later and reader.quiet is None:
        return None
    now = clock.now()
    due = reader.heard_at(now + later)
    return due if due > now else None


def _message(one: Opened, trace: Trace, reader: Addressee, priority: MessagePriority, facts: Facts) -> Message:
    hint, letter = one.hint, one.hint.letter
    assert letter is not None
    phrase = letter.en if reader.language == "en" else letter.es
    text = phrase.render(
        {
            "nombre": reader.name,
            "besitos": facts.besitos,
            "reacciones": facts.reactions,
            "pista": hint.title(reader.language),
        }
    )
    return Message(
        key=key_of(hint.key, one.user_id),
        chat_id=one.user_id,
        user_id=one.user_id,
        method="sendPhoto" if letter.picture else "sendMessage",
        params={"photo": f"file:{letter.picture}", **text.to_api("caption")} if letter.picture else text.to_api(),
        priority=priority,
        due_at=_due(reader, timedelta(seconds=letter.delay_seconds)),
        trace=trace,
    )


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
