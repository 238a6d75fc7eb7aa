"""Reading a story's JSON: every mistake is named with its place, and nothing unknown is let through."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from yabot.core.conditions import Condition, ConditionError
from yabot.core.errors import DomainError

T = TypeVar("T")
KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}\Z")


def is_key(text: str) -> bool:
    """Whether this is a key."""
    return bool(KEY.match(text))


LANGUAGE = re.compile(r"[a-z]{2}\Z")
UNSOUND = re.compile("[\0\ud800-\udfff]")  # characters that no database keeps, or no encoding
FAR = 2_000_000  # how far from the middle of the map a fragment may stand: further than the longest story needs


class StoryError(DomainError):
    """A story that cannot be read. ``place`` is where: «fragments.3.choices.1.target»."""

    code = "NAR010"

    def __init__(self, place: str, es: str, en: str) -> None:
        self.place, self._es, self._en = (UNSOUND.sub("�", said) for said in (place, es, en))  # it may quote anything
        super().__init__(f"{self.place}: {self._en}")

    def sentence(self, language: str) -> str:
        """What is wrong, and where."""
        words = self.words(language)
        return f"{self.place}: {words}" if self.place else words

    def words(self, language: str) -> str:
        """What is wrong, for a page that shows where."""
        return self._en if language == "en" else self._es


@dataclass(frozen=True, slots=True)
class Words:
    """A text in the languages it exists in."""

    by_language: Mapping[str, str]

    def in_(self, language: str, fallback: str = "es") -> str:
        """The text in this language, or in the story's own, or whatever there is."""
        texts = self.by_language
        return texts.get(language) or texts.get(fallback) or next(filter(None, texts.values()), "")

    def __bool__(self) -> bool:
        return any(self.by_language.values())

    def to_json(self) -> dict[str, str]:
        """Without the languages that are empty."""
        return {language: text for language, text in self.by_language.items() if text}


NO_WORDS = Words({})


class Reader:
    """One object of the JSON, read field by field; what nobody reads is a mistake."""

    def __init__(self, given: Any, place: str = "") -> None:
        if not isinstance(given, dict):
            raise StoryError(place, "debe ser un objeto", "must be an object")
        self._given, self._place = given, place
        self._read: set[str] = set()

    def at(self, name: str) -> str:
        """The place of a field."""
        return f"{self._place}.{name}" if self._place else name

    def _take(self, name: str, default: Any) -> Any:
        self._read.add(name)
        value = self._given.get(name, default)
        if value is ...:
            raise StoryError(self.at(name), "falta", "is missing")
        return value

    def raw(self, name: str, default: Any = ...) -> Any:
        """A field that somebody else reads."""
        return self._take(name, default)

    def wrong(self, name: str, es: str, en: str) -> StoryError:
        """A mistake in a field."""
        return StoryError(self.at(name), es, en)

    def text(self, name: str, default: Any = "", *, most: int = 200) -> str:
        """A short text."""
        value = self._take(name, default)
        _sound(value, most, self.at(name))
        return str(value)

    def key(self, name: str, default: Any = ...) -> str:
        """A key: small letters, digits, - and _."""
        value = self._take(name, default)
        if value == default:
            return str(value)
        if not isinstance(value, str) or not KEY.match(value):
            raise self.wrong(
                name,
                "debe ser una clave: minúsculas, cifras, - y _, hasta 64",
                "must be a key: small letters, digits, - and _, up to 64",
            )
        return value

    def words(self, name: str, *, most: int = 200, required: bool = False) -> Words:
        """A text in several languages."""
        value = self._take(name, ... if required else {})
        if not isinstance(value, dict) or not all(LANGUAGE.match(str(language)) for language in value):
            raise self.wrong(name, "debe ser un texto por idioma", "must be a text for each language")
        for language, text in value.items():
            _sound(text, most, f"{self.at(name)}.{language}")
        return Words(value)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Yes or no."""
        value = self._take(name, default)
        if type(value) is not bool:
            raise self.wrong(name, "es sí o no", "is true or false")
        return value

    def number(self, name: str, default: Any = ..., *, low: int = 0, high: int = 10**12) -> int:
        """A whole number."""
        value = self._take(name, default)
        if type(value) is not int or not low <= value <= high:
            raise self.wrong(name, f"debe ser un número entre {low} y {high}", f"must be a number from {low} to {high}")
        return value

    def one_of(self, name: str, options: tuple[str, ...], default: Any = ...) -> str:
        """One of these words."""
        value = self._take(name, default)
        if value not in options:
            raise self.wrong(name, f"debe ser uno de: {', '.join(options)}", f"must be one of: {', '.join(options)}")
        return str(value)

    def condition(self, name: str) -> Condition:
        """A condition; without one it always holds."""
        try:
            return Condition.parse(self._take(name, None))
        except ConditionError as error:
            raise self.wrong(name, error.sentence("es"), error.sentence("en")) from None

    def list_of(self, name: str, read: Callable[["Reader"], T], *, most: int) -> tuple[T, ...]:
        """A list of objects."""
        return tuple(read(Reader(part, place)) for place, part in self._parts(name, most))

    def tags(self, name: str) -> tuple[str, ...]:
        """A list of short texts."""
        found = []
        for place, part in self._parts(name, 50):
            if not isinstance(part, str) or not 0 < len(part) <= 64:
                raise StoryError(place, "debe ser una etiqueta corta", "must be a short tag")
            _sound(part, 64, place)
            found.append(part)
        return tuple(found)

    def _parts(self, name: str, most: int) -> Iterator[tuple[str, Any]]:
        value = self._take(name, [])
        if not isinstance(value, list) or len(value) > most:
            raise self.wrong(name, f"debe ser una lista de hasta {most}", f"must be a list of up to {most}")
        for number, part in enumerate(value):
            yield f"{self.at(name)}.{number}", part

    def maybe(self, name: str, read: Callable[["Reader"], T]) -> T | None:
        """An object that may be absent."""
        value = self._take(name, None)
        return None if value is None else read(Reader(value, self.at(name)))

    def position(self, name: str) -> tuple[int, int] | None:
        """Where it stands in the graph; absent when nobody has put it anywhere."""
        value = self._take(name, None)
        if value is None:
            return None
        if not isinstance(value, list) or len(value) != 2 or not all(_is_near(part) for part in value):
            raise self.wrong(name, f"debe ser [x, y], hasta {FAR}", f"must be [x, y], up to {FAR}")
        return value[0], value[1]

    def end(self) -> None:
        """Refuse what nobody has read."""
        for name in self._given:
            if name not in self._read:
                raise self.wrong(name, "no se conoce", "is not known")


def _sound(value: Any, most: int, place: str) -> None:
    """Refuse what is no text, is too long, or has characters that cannot be stored. Raises StoryError."""
    if not isinstance(value, str) or len(value) > most:
        raise StoryError(place, f"debe ser un texto de hasta {most} letras", f"must be a text of up to {most}")
    if UNSOUND.search(value):
        raise StoryError(place, "lleva caracteres que no se pueden guardar", "has characters that cannot be stored")


def _is_near(part: Any) -> bool:
    return type(part) is int and -FAR <= part <= FAR
