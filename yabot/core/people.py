"""Who is who: people and chats the bot has met."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from yabot.core import clock, rows, zones
from yabot.core.events import publish
from yabot.core.models import (
    BotStatus,
    InboundUpdate,
    KnownBot,
    MessageState,
    OutgoingMessage,
    TelegramChat,
    TelegramUser,
    UpdateState,
)
from yabot.core.reader_events import ChatMoved
from yabot.core.telegram.names import clean_name
from yabot.core.transactions import atomic, on_commit

_REMEMBERED = 100_000
_bot: list[str] = []
_met: OrderedDict[int, "Person"] = OrderedDict()


@dataclass(frozen=True, slots=True)
class Person:
    """What Telegram tells of a user in any update."""

    id: int
    first_name: str = ""
    last_name: str = ""
    username: str = ""
    language_code: str = ""

    @classmethod
    def from_telegram(cls, user: dict[str, Any]) -> "Person":
        """Read a Bot API ``User`` object; raises KeyError or TypeError when it is none."""
        return cls(
            int(user["id"]),
            clean_name(str(user.get("first_name") or "")),
            clean_name(str(user.get("last_name") or "")),
            str(user.get("username") or "")[:64],
            str(user.get("language_code") or "")[:16],
        )


NAMES = ("first_name", "last_name", "username", "language_code")


def meet(people: Iterable[Person]) -> None:
    """Know these people: new ones get a row, changed names are noted. Erased people stay erased.

    No statement for people this process has met unchanged, at most two for new ones, one more for changed ones.
    """
    unknown = {person.id: person for person in people if _met.get(person.id) != person}
    if unknown:
        _note(unknown)


@atomic
def _note(unknown: dict[int, Person]) -> None:
    columns = ("id", "erased_at", *NAMES)
    found = rows.select(TelegramUser, columns, {"id": unknown})
    known = {row[0]: dict(zip(columns, row, strict=True)) for row in found}
    _insert([person for person in unknown.values() if person.id not in known])
    changed = [
        person
        for person in unknown.values()
        if (row := known.get(person.id)) and not row["erased_at"] and _differs(person, row)
    ]
    rows.assign(TelegramUser, key="id", columns=NAMES, rows=[(p.id, *(getattr(p, n) for n in NAMES)) for p in changed])
    on_commit(lambda: _remember(unknown))


def _differs(person: Person, row: dict[str, Any]) -> bool:
    """An update that leaves the language out does not take it away."""
    return any(getattr(person, name) != row[name] for name in NAMES[:3]) or (
        bool(person.language_code) and person.language_code != row["language_code"]
    )


def _insert(new: Sequence[Person]) -> None:
    now = clock.now()
    rows.insert(
        TelegramUser,
        ("id", *NAMES, "language", "time_zone", "created_at"),
        [(p.id, p.first_name, p.last_name, p.username, p.language_code, "", settings.TIME_ZONE, now) for p in new],
    )


def _remember(people: dict[int, Person]) -> None:
    _met.update(people)
    while len(_met) > _REMEMBERED:
        _met.popitem(last=False)


def forget_all() -> None:
    """Forget which people this process has met, and the bot's name: the next ``meet`` asks the database again."""
    _met.clear()
    _bot.clear()


@atomic
def meet_bot(*, bot_id: int, username: str) -> None:
    """Know under which name this bot is found."""
    KnownBot.objects.update_or_create(id=bot_id, defaults={"username": username[:64], "met_at": clock.now()})
    on_commit(_bot.clear)


def bot_name() -> str:
    """The name under which the bot is found, without the @; empty before it has run. Remembered once it is known."""
    if not _bot:
        _bot.extend(KnownBot.objects.order_by("-met_at").values_list("username", flat=True)[:1])
    return _bot[0] if _bot else ""


@atomic
def start(*, user_id: int) -> bool:
    """The person wrote /start: the bot may know them and write to them from now on. True the first time.

    It is also how somebody comes back who blocked the bot or had their data erased.
    """
    now = clock.now()
    first = TelegramUser.objects.filter(pk=user_id, started_at=None).update(started_at=now, consent_at=now)
    away = TelegramUser.objects.filter(pk=user_id).exclude(blocked_at=None, erased_at=None)
    if not first and away.update(blocked_at=None, erased_at=None, consent_at=now):
        _met.pop(user_id, None)
    return bool(first)


@atomic
def block(*, user_id: int, at: datetime | None = None) -> None:
    """The person blocked the bot (or deleted their account): nothing is sent to them until they come back."""
    TelegramUser.objects.filter(pk=user_id, blocked_at=None).update(blocked_at=at or clock.now())


@atomic
def unblock(*, user_id: int) -> None:
    """The person came back."""
    TelegramUser.objects.filter(pk=user_id).exclude(blocked_at=None).update(blocked_at=None)


@atomic
def wish(user_id: int, **wishes: Any) -> None:
    """Note what a reader wishes: ``is_calm``, ``describe_pictures``, ``time_zone``, ``quiet_from`` and ``quiet_until``
    (hours; None: never silent)."""
    TelegramUser.objects.filter(pk=user_id).update(**wishes)


def local_time(user_id: int) -> datetime:
    """What time it is where this reader is; the community's time for somebody nobody knows. One statement."""
    zone = TelegramUser.objects.filter(pk=user_id).values_list("time_zone", flat=True).first()
    return zones.there(zone or settings.TIME_ZONE)


@atomic
def choose_language(*, user_id: int, language: str) -> None:
    """Speak ``language`` (``es`` or ``en``) with this person from now on."""
    TelegramUser.objects.filter(pk=user_id).update(language=language)


@atomic
def erase(*, user_id: int) -> None:
    """Forget who this person is: names, raw updates and the texts of messages go, what waits is not sent.

    Their numbers stay in the ledger and the event log, without a name, so that the books still prove.
    """
    TelegramUser.objects.filter(pk=user_id).update(
        first_name="", last_name="", username="", language_code="", erased_at=clock.now(), consent_at=None
    )
    InboundUpdate.objects.filter(user_id=user_id).exclude(state=UpdateState.WAITING).delete()
    theirs = OutgoingMessage.objects.filter(user_id=user_id, chat_id=user_id)
    theirs.filter(state__in=[MessageState.QUEUED, MessageState.UNKNOWN]).update(
        state=MessageState.FAILED, error="erased"
    )
    theirs.exclude(state=MessageState.SENDING).update(payload="{}")
    on_commit(lambda: _met.pop(user_id, None))


@atomic
def learn_chat(*, chat_id: int, type: str, title: str, username: str, bot_status: BotStatus) -> None:
    """The bot's rights in a group or channel changed, or are heard of for the first time."""
    facts: dict[str, Any] = {"type": type, "title": title[:255], "username": username[:64], "bot_status": bot_status}
    if not TelegramChat.objects.filter(pk=chat_id, bot_status=bot_status).exists():
        facts["bot_status_at"] = clock.now()
    TelegramChat.objects.update_or_create(id=chat_id, defaults=facts)  # saved, so that caches hear of it


@atomic
def move_chat(*, chat_id: int, moved_to: int) -> None:
    """A group became a supergroup: whatever waits for the old id goes to the new one."""
    old = TelegramChat.objects.filter(pk=chat_id).first()
    if old is not None and old.migrated_to != moved_to:
        learn_chat(
            chat_id=moved_to,
            type="supergroup",
            title=old.title,
            username=old.username,
            bot_status=BotStatus(old.bot_status),
        )
        TelegramChat.objects.filter(pk=chat_id).update(
            migrated_to=moved_to, bot_status=BotStatus.LEFT, bot_status_at=clock.now()
        )
    OutgoingMessage.objects.filter(chat_id=chat_id, state=MessageState.QUEUED).update(chat_id=moved_to)
    publish([ChatMoved(chat_id=chat_id, moved_to=moved_to)])
