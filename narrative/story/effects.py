"""What a choice or an arrival does, beside moving the reader: a closed set of typed effects."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar

from narrative.story.reading import KEY, StoryError
from yabot.core.conditions import Ref
from yabot.core.conditions.wording import called

MOST_EFFECTS = 12


@dataclass(frozen=True, slots=True)
class Effect:
    """One row. ``kind`` is its name in JSON; the fields are what the editor fills in."""

    kind: ClassVar[str]
    known: ClassVar[dict[str, type["Effect"]]] = {}
    refers: ClassVar[str] = ""  # what its key names
    is_own: ClassVar[bool] = False  # changes the story's own flags and counters only
    is_gift: ClassVar[bool] = False  # given once, also to whoever comes here again from a checkpoint or the beginning
    low: ClassVar[int] = 1
    high: ClassVar[int] = 10_000

    def to_json(self) -> dict[str, Any]:
        """The row as it is stored."""
        return {"do": self.kind, **{part.name: getattr(self, part.name) for part in fields(self)}}

    def refs(self) -> Iterator[Ref]:
        """The keys it points to."""
        if self.refers:
            yield Ref(self.refers, getattr(self, fields(self)[0].name))

    def describe(self, language: str) -> str:
        """The row in an editor's words."""
        raise TypeError("a kind of effect says what it does")

    def to_text(self) -> str:
        """The row as one line of the text form: ``give_item llave 2``."""
        return " ".join([self.kind, *(str(getattr(self, part.name)) for part in fields(self))])

    @classmethod
    def read(cls, given: Any, place: str) -> "Effect":
        """A stored row. Raises StoryError."""
        row = given if isinstance(given, dict) else {}
        kind = cls.known.get(str(row.get("do")))
        if kind is None:
            raise StoryError(place, f"no existe el efecto «{row.get('do')}»", f"there is no effect “{row.get('do')}”")
        names = [part.name for part in fields(kind)]
        for name in row:
            if name != "do" and name not in names:
                raise StoryError(f"{place}.{name}", "no se conoce", "is not known")
        return kind(**{name: kind._value(row, name, place) for name in names})

    @classmethod
    def _value(cls, row: Mapping[str, Any], name: str, place: str) -> Any:
        value = row.get(name, 1 if name == "count" else None)
        if name in {"count", "amount", "by"}:
            if type(value) is int and cls.low <= value <= cls.high and value != 0:
                return value
            es, en = called(name)
            raise StoryError(
                f"{place}.{name}",
                f"{es} debe ser un número entre {cls.low} y {cls.high}, no 0",
                f"{en} must be a number from {cls.low} to {cls.high}, not 0",
            )
        if isinstance(value, str) and KEY.match(value):
            return value
        es, en = called(name)
        if not value:
            raise StoryError(f"{place}.{name}", f"falta poner {es}", f"give {en}")
        raise StoryError(
            f"{place}.{name}", f"«{value}» no está: elige {es} de la lista", f"“{value}” is not there: choose {en}"
        )


def _kind(effect: type[Effect]) -> type[Effect]:
    Effect.known[effect.kind] = effect
    return effect


@_kind
@dataclass(frozen=True, slots=True)
class GiveItem(Effect):
    """The reader gets items."""

    kind: ClassVar[str] = "give_item"
    refers: ClassVar[str] = "item"
    item: str
    count: int = 1

    def describe(self, language: str) -> str:
        """What, and how many."""
        return f"+ {self.item} × {self.count}"


@_kind
@dataclass(frozen=True, slots=True)
class TakeItem(Effect):
    """The reader loses items."""

    kind: ClassVar[str] = "take_item"
    refers: ClassVar[str] = "item"
    item: str
    count: int = 1

    def describe(self, language: str) -> str:
        """What, and how many."""
        return f"- {self.item} × {self.count}"


@_kind
@dataclass(frozen=True, slots=True)
class GiveBesitos(Effect):
    """The reader gets besitos."""

    kind: ClassVar[str] = "give_besitos"
    is_gift: ClassVar[bool] = True
    high: ClassVar[int] = 1_000_000
    amount: int

    def describe(self, language: str) -> str:
        """How many."""
        return f"+ {self.amount} besitos"


@_kind
@dataclass(frozen=True, slots=True)
class SetFlag(Effect):
    """A flag of the story is set."""

    kind: ClassVar[str] = "set_flag"
    is_own: ClassVar[bool] = True
    refers: ClassVar[str] = "flag"
    flag: str

    def describe(self, language: str) -> str:
        """The flag."""
        return f"{'flag' if language == 'en' else 'marca'} {self.flag}"


@_kind
@dataclass(frozen=True, slots=True)
class ClearFlag(Effect):
    """A flag of the story is taken away."""

    kind: ClassVar[str] = "clear_flag"
    is_own: ClassVar[bool] = True
    refers: ClassVar[str] = "flag"
    flag: str

    def describe(self, language: str) -> str:
        """The flag."""
        return f"{'no flag' if language == 'en' else 'sin marca'} {self.flag}"


@_kind
@dataclass(frozen=True, slots=True)
class Count(Effect):
    """A counter of the story goes up or down."""

    kind: ClassVar[str] = "count"
    is_own: ClassVar[bool] = True
    refers: ClassVar[str] = "counter"
    low: ClassVar[int] = -10_000
    counter: str
    by: int

    def describe(self, language: str) -> str:
        """The counter and the step."""
        return f"{self.counter} {self.by:+d}"


@_kind
@dataclass(frozen=True, slots=True)
class UnlockHint(Effect):
    """A hint opens for the reader."""

    kind: ClassVar[str] = "unlock_hint"
    refers: ClassVar[str] = "hint"
    hint: str

    def describe(self, language: str) -> str:
        """The hint."""
        return f"{'hint' if language == 'en' else 'pista'} {self.hint}"


@_kind
@dataclass(frozen=True, slots=True)
class AssignMission(Effect):
    """The reader gets a mission."""

    kind: ClassVar[str] = "assign_mission"
    is_gift: ClassVar[bool] = True
    refers: ClassVar[str] = "mission"
    mission: str

    def describe(self, language: str) -> str:
        """The mission."""
        return f"{'mission' if language == 'en' else 'misión'} {self.mission}"


@_kind
@dataclass(frozen=True, slots=True)
class SendLetter(Effect):
    """Lucien writes to the reader."""

    kind: ClassVar[str] = "send_letter"
    is_gift: ClassVar[bool] = True
    refers: ClassVar[str] = "letter"
    letter: str

    def describe(self, language: str) -> str:
        """The letter."""
        return f"{'letter' if language == 'en' else 'carta'} {self.letter}"


def read_effects(given: Any, place: str) -> tuple[Effect, ...]:
    """A list of stored rows. Raises StoryError."""
    if not isinstance(given, list) or len(given) > MOST_EFFECTS:
        raise StoryError(
            place, f"debe ser una lista de hasta {MOST_EFFECTS}", f"must be a list of up to {MOST_EFFECTS}"
        )
    return tuple(Effect.read(row, f"{place}.{number}") for number, row in enumerate(given))


def effects_to_text(effects: tuple[Effect, ...]) -> str:
    """The text form, in one line: ``set_flag luz; give_besitos 5``."""
    return "; ".join(effect.to_text() for effect in effects)


def effects_from_text(text: str) -> tuple[Effect, ...]:
    """Read the text form. Raises StoryError that names the row."""
    lines = [line.strip() for line in text.replace("\n", ";").split(";") if line.strip()]
    return read_effects([_from_line(line, str(row)) for row, line in enumerate(lines, start=1)], "")


def _from_line(line: str, row: str) -> dict[str, Any]:
    name, *words = line.split()
    kind = Effect.known.get(name)
    if kind is None:
        raise StoryError(row, f"no existe el efecto «{name}»", f"there is no effect “{name}”")
    names = [part.name for part in fields(kind)]
    if len(words) > len(names):
        raise StoryError(row, f"«{line}» no se entiende", f"“{line}” cannot be understood")
    numbers = {"count", "amount", "by"}
    given = dict(zip(names, words, strict=False))
    try:
        return {"do": name, **{key: int(word) if key in numbers else word for key, word in given.items()}}
    except ValueError:
        raise StoryError(row, f"«{line}» no se entiende", f"“{line}” cannot be understood") from None
