"""Hints: they open for a reader once, and Lucien writes about it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from narrative.errors import NoSuchCode, NoSuchLink, NothingHappens
from narrative.events import HintOpened, HintUnlocked
from narrative.models import Hint, HintCombination, HintUnlock, plain_code
from narrative.services import knowledge, lucien, opened, second_looks
from narrative.services.catalogue import OpenHint, catalogue, opening
from narrative.services.knowledge import BESITOS, NOTHING, Known, besitos_now
from yabot.core import clock, reactions, rows
from yabot.core.conditions import Facts
from yabot.core.correlation import Trace
from yabot.core.events import publish
from yabot.core.ids import uuid7
from yabot.core.models import MessagePriority, TelegramUser
from yabot.core.transactions import atomic, on_commit

CHUNK = 500


class BalanceKnown(Protocol):
    """An event that tells a reader's new balance."""

    @property
    def user_id(self) -> int | None: ...
    @property
    def trace(self) -> Trace | None: ...
    @property
    def balance(self) -> int: ...


class AboutReader(Protocol):
    """An event about a reader."""

    @property
    def user_id(self) -> int | None: ...
    @property
    def trace(self) -> Trace | None: ...


Seen = tuple[int, Facts, Trace | None]  # a reader, what is known of them, and why they are looked at


@dataclass(frozen=True, slots=True)
class Opening:
    """A hint that opens for a reader now."""

    hint: OpenHint
    user_id: int
    trace: Trace | None
    facts: Facts


def watches_reactions() -> bool:
    """Whether any hint opens by reactions; asked for every reaction, answered from memory."""
    return bool(catalogue().watching("reactions"))


@atomic
def unlock_by_balance(events: Sequence[BalanceKnown]) -> int:
    """Open what these readers' new balances open, each balance looked at; how many hints opened."""
    hints = catalogue().watching("besitos")
    mine = [(event.user_id, event) for event in events if event.user_id is not None]
    if not hints or not mine:
        return 0
    known = {"besitos", *_needs(hints)}
    counts = reactions.given_by([user for user, _ in mine]) if "reactions" in known else {}
    seen = [(user, Facts(event.balance, counts.get(user, 0)), event.trace) for user, event in mine]
    return _unlock(_candidates(hints, seen), known)


@atomic
def unlock_by_reaction(events: Sequence[AboutReader]) -> int:
    """Open what these readers' reactions open; how many hints opened.

    Where that hangs on besitos and the economy does not answer, the reader is looked at again later.
    """
    hints = catalogue().watching("reactions")
    last = {event.user_id: event for event in events if event.user_id is not None}
    if not hints or not last:
        return 0
    known = {"reactions", *_needs(hints)}
    counts = reactions.given_by(list(last))
    besitos = besitos_now(last) if "besitos" in known else {}
    unknown = BESITOS if besitos is None else NOTHING
    seen = [
        (user, Facts((besitos or {}).get(user, 0), counts.get(user, 0), unknown), event.trace)
        for user, event in last.items()
    ]
    if unknown:
        second_looks.owe(_in_doubt(hints, seen))
    return _unlock(_candidates(hints, seen), known - unknown)


def _needs(hints: Iterable[OpenHint]) -> frozenset[str]:
    return frozenset().union(*(hint.condition.needs for hint in hints))


def _candidates(hints: Sequence[OpenHint], seen: Iterable[Seen]) -> list[Opening]:
    """Whose condition holds, or held at an earlier event of the batch, except where it is known to be open already."""
    found: dict[tuple[int, UUID], Opening] = {}
    for user, facts, trace in seen:
        for hint in hints:
            if not opened.is_known(user, hint.id) and hint.condition.check(facts):
                found.setdefault((user, hint.id), Opening(hint, user, trace, facts))
    return list(found.values())


def _in_doubt(hints: Sequence[OpenHint], seen: Iterable[Seen]) -> list[Opening]:
    """For whom a hint may be open, nobody knows."""
    return [
        Opening(hint, user, trace, facts)
        for user, facts, trace in seen
        for hint in hints
        if not opened.is_known(user, hint.id) and hint.condition.judge(facts) is None
    ]


def _unlock(
    candidates: Sequence[Opening], known: Collection[str], *, priority: MessagePriority = MessagePriority.NOTICE
) -> int:
    """Open what is not open yet, announce it, have Lucien write. Seven statements for any list.

    ``known`` are the facts in the candidates; one more statement for each other fact that a letter tells. A letter that
    tells what nobody knows now comes later.
    """
    if not candidates:
        return 0
    open_already = _open_pairs({one.user_id for one in candidates}, {one.hint.id for one in candidates})
    new = [one for one in candidates if (one.user_id, one.hint.id) not in open_already]
    on_commit(lambda: opened.remember(candidates))
    if not new:
        return 0
    now = clock.now()
    traces = publish(
        [HintUnlocked(user_id=o.user_id, trace=o.trace, hint_id=o.hint.id, hint_key=o.hint.key) for o in new]
    )
    told = lucien.write_about(new, traces, looked_up=lucien.look_up(new, known), priority=priority)
    rows.insert(
        HintUnlock,
        ("id", "hint", "user_id", "correlation_id", "has_letter", "unlocked_at"),
        [
            (uuid7(), o.hint.id, o.user_id, trace.correlation_id, (o.user_id, o.hint.id) in told, now)
            for o, trace in zip(new, traces, strict=True)
        ],
    )
    return len(new)


def look_again_due() -> int:
    """Judge the hints of everybody who is due again; how many hints opened."""
    count = 0
    while (found := _look_again()) is not None:
        count += found
    return count


@atomic
def _look_again() -> int | None:
    """The next 500 readers; None when nobody is due, or nobody knows yet."""
    looks = second_looks.due(CHUNK)
    users = [look.user_id for look in looks]
    besitos = besitos_now(users) if users else None
    if besitos is None:
        second_looks.put_off(looks)
        return None
    counts = reactions.given_by(users)
    seen = [
        (look.user_id, Facts(besitos.get(look.user_id, 0), counts.get(look.user_id, 0)), look.trace) for look in looks
    ]
    second_looks.settle(looks)
    return _unlock(_candidates(catalogue().every(), seen), {"besitos", "reactions"})


def _open_pairs(users: Collection[int], hints: Collection[UUID]) -> set[tuple[int, UUID]]:
    return set(rows.select(HintUnlock, ("user_id", "hint"), {"user_id": users, "hint": hints}))


@atomic
def open_for_reader(user_id: int, keys: Collection[str]) -> int:
    """Open these hints for one reader, whatever their conditions say: the story gives them. How many opened."""
    known = catalogue().by_key
    return _unlock([Opening(known[key], user_id, None, Facts()) for key in keys if key in known], ())


@atomic
def open_by_code(user_id: int, code: str) -> Hint:
    """Open the hint with this secret code for a reader; again, it is simply shown. Raises NoSuchCode."""
    wanted = plain_code(code)
    found = Hint.objects.filter(code=wanted, is_active=True).first() if wanted else None
    if found is None:
        raise NoSuchCode
    open_for_reader(user_id, [found.key])
    return found


@atomic
def open_by_link(user_id: int, key: str) -> Hint:
    """Open the hint that a link stands for; again, it is simply shown. Raises NoSuchLink when it is no more."""
    found = Hint.objects.filter(key=key, is_active=True).first()
    if found is None:
        raise NoSuchLink
    open_for_reader(user_id, [found.key])
    return found


@atomic
def combine(user_id: int, first: UUID, second: UUID) -> Hint:
    """Put two open hints together; the hint that opens. Raises NothingHappens when they do not belong together."""
    mine = HintUnlock.objects.filter(user_id=user_id, hint_id__in=[first, second]).count()
    free = sum(row.is_free for row in Hint.objects.filter(pk__in=[first, second]))
    pair = HintCombination.objects.filter(first_id__in=[first, second], second_id__in=[first, second])
    found = pair.select_related("result").first() if mine + free >= 2 and first != second else None
    if found is None or not found.result.is_active:
        raise NothingHappens
    open_for_reader(user_id, [found.result.key])
    return found.result


def combinable(user_id: int) -> list[Hint]:
    """The open hints a reader may try to combine, in the order of /pistas. Three statements.

    Without those whose combinations they have all found; none while there is nothing left to find.
    """
    known = HintCombination.objects.filter(result__is_active=True).values_list("first_id", "second_id", "result_id")
    pairs = list(known)
    if not pairs:
        return []
    mine = set(HintUnlock.objects.filter(user_id=user_id).values_list("hint_id", flat=True))
    left = {one for first, second, result in pairs if result not in mine for one in (first, second)}
    done = {one for first, second, _result in pairs for one in (first, second)} - left
    active = Hint.objects.filter(is_active=True).exclude(pk__in=done) if left else ()
    return [row for row in active if row.pk in mine or row.is_free]


@atomic
def open_for_all(*, hint_id: UUID, trace: Trace | None) -> None:
    """Open a hint for every reader. They are walked in chunks through the bus, so that it survives a restart."""
    Hint.objects.filter(pk=hint_id, opened_to_all_at=None).update(opened_to_all_at=clock.now())
    publish([HintOpened(hint_id=hint_id, after_user_id=0, trace=trace)])


@atomic
def open_for_chunk(event: HintOpened) -> int:
    """Open a hint for the next 500 readers and announce the chunk after them; how many it opened for."""
    readers = TelegramUser.objects.filter(pk__gt=event.after_user_id, erased_at=None).order_by("pk")
    users = list(readers.values_list("pk", flat=True)[:CHUNK])
    row = Hint.objects.select_related("template").filter(pk=event.hint_id).first()
    hint = opening(row) if row else None
    if not users or hint is None:
        return 0
    openings = [Opening(hint, user, event.trace, Facts()) for user in users]
    opened = _unlock(openings, (), priority=MessagePriority.BROADCAST)
    if len(users) == CHUNK:
        publish([HintOpened(hint_id=event.hint_id, after_user_id=users[-1], trace=event.trace)])
    return opened


@dataclass(frozen=True, slots=True)
class HintLine:
    """A hint as a reader finds it in /pistas."""

    title: str
    body: str
    is_open: bool
    missing: str
    is_secret: bool = False


def of_reader(user_id: int, language: str) -> list[HintLine]:
    """Every active hint: the open ones with their text, the others with what is missing. Four statements."""
    open_ones = set(HintUnlock.objects.filter(user_id=user_id).values_list("hint_id", flat=True))
    known = knowledge.of_reader(user_id)
    return [_line(row, known, row.pk in open_ones, language) for row in Hint.objects.filter(is_active=True)]


def _line(row: Hint, known: Known, unlocked: bool, language: str) -> HintLine:
    condition = row.parsed_condition
    free = unlocked or row.is_free
    missing = "" if free or condition is None else condition.explain(known.facts, language)
    if missing and known.old_since and condition and "besitos" in condition.needs:
        missing = f"{missing.removesuffix('.')}{_as_of(known.old_since, language)}."
    return HintLine(row.title(language), row.body(language), free, missing, is_secret=row.has_to_be_found)


def _as_of(when: datetime, language: str) -> str:
    """That the besitos are not of today's counting."""
    minutes = max(1, round((clock.now() - when).total_seconds() / 60))
    return f" (as I knew {minutes} min ago)" if language == "en" else f" (según lo que sabía hace {minutes} min)"
