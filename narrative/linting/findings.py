"""What the linter says: a finding has a stable code, a place and a sentence in both languages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Level(StrEnum):
    """Errors stop a release; warnings want a reason."""

    ERROR = "error"
    WARNING = "warning"


# Every code, with what it is about. docs/linter.md says how to mend each.
CODES: Mapping[str, tuple[Level, str, str]] = {
    "NAR101": (Level.ERROR, "«{}» lleva a «{}», que no existe", "“{}” leads to “{}”, which does not exist"),
    "NAR102": (Level.ERROR, "Nadie puede llegar aquí, tenga lo que tenga", "Nobody can get here, whatever they have"),
    "NAR103": (
        Level.ERROR,
        "No tiene ninguna salida y no está marcado como final",
        "It has no way on and is not marked as an ending",
    ),
    "NAR104": (
        Level.ERROR,
        "Ninguna opción puede estar abierta y no hay salida para ese caso",
        "No choice can be open here and there is no fallback",
    ),
    "NAR105": (
        Level.ERROR,
        "La condición de {} no se puede cumplir nunca: {}",
        "The condition of {} can never hold: {}",
    ),
    "NAR106": (Level.ERROR, "{}: {} de {} que admite Telegram", "{}: {} of the {} that Telegram takes"),
    "NAR107": (Level.ERROR, "{}, línea {}, columna {}: {}", "{}, line {}, column {}: {}"),
    "NAR108": (Level.ERROR, "El archivo «{}» no está", "The file “{}” is not there"),
    "NAR109": (Level.ERROR, "La clave «{}» está dos veces", "The key “{}” is there twice"),
    "NAR110": (Level.ERROR, "A este final no se puede llegar", "This ending cannot be reached"),
    "NAR111": (Level.ERROR, "Desde aquí no se llega a ningún final", "No ending can be reached from here"),
    "NAR112": (Level.ERROR, "No existe {} «{}»", "There is no {} “{}”"),
    "NAR113": (Level.ERROR, "La historia no tiene ningún final", "The story has no ending"),
    "NAR114": (Level.ERROR, "La historia no tiene un comienzo", "The story has no beginning"),
    "NAR115": (Level.ERROR, "No tiene texto", "It has no text"),
    "NAR116": (
        Level.ERROR,
        "«{}» cuesta besitos en un círculo donde se pueden acabar, y no hay otra salida gratis",
        "“{}” costs besitos in a circle where they can run out, and there is no free way on",
    ),
    "NAR117": (
        Level.ERROR,
        "Se cierra en cuanto se llega: {}",
        "It falls shut as soon as one arrives: {}",
    ),
    "NAR118": (
        Level.ERROR,
        "El archivo «{}» es «{}» y aquí se usa como «{}»",
        "The file “{}” is “{}” and is used here as “{}”",
    ),
    "NAR201": (Level.WARNING, "Solo un VIP puede llegar aquí", "Only a VIP can get here"),
    "NAR202": (
        Level.WARNING,
        "Desde aquí un lector sin VIP no llega a ningún final",
        "From here a reader without VIP comes to no ending",
    ),
    "NAR203": (Level.WARNING, "Nadie eligió «{}» en {} partidas", "Nobody chose “{}” in {} plays"),
    "NAR204": (Level.WARNING, "Dos opciones dicen lo mismo: «{}»", "Two choices say the same: “{}”"),
    "NAR205": (
        Level.WARNING,
        "Tiene {} opciones; más de 6 no se leen bien",
        "It has {} choices; more than 6 read badly",
    ),
    "NAR206": (Level.WARNING, "La opción «{}» no tiene texto en «{}»", "The choice “{}” has no label in “{}”"),
    "NAR207": (
        Level.WARNING,
        "La marca o el contador «{}» se pone y nadie lo mira",
        "“{}” is set and nobody looks at it",
    ),
    "NAR208": (Level.WARNING, "Se mira «{}», que nadie pone", "“{}” is looked at, and nobody sets it"),
    "NAR209": (Level.WARNING, "«{}» no está declarado", "“{}” is not declared"),
    "NAR210": (Level.WARNING, "Falta la traducción a «{}»", "The translation into “{}” is missing"),
    "NAR211": (
        Level.WARNING,
        "La traducción a «{}» es de un texto anterior",
        "The translation into “{}” is of an older text",
    ),
    "NAR212": (Level.WARNING, "La imagen no tiene descripción", "The picture has no description"),
    "NAR213": (
        Level.WARNING,
        "Más de 3 fragmentos seguidos sin nada que decidir, desde «{}»",
        "More than 3 fragments in a row without a decision, from “{}”",
    ),
    "NAR214": (Level.WARNING, "La historia empieza con una condición", "The story begins with a condition"),
    "NAR215": (
        Level.WARNING,
        "Es mucho más largo que los demás: {} letras",
        "It is much longer than the others: {} letters",
    ),
    "NAR216": (
        Level.WARNING,
        "El texto de «{}» lleva formato o un enlace",
        "The label of “{}” has formatting or a link",
    ),
    "NAR217": (
        Level.WARNING,
        "Quedan instrucciones de otro programa: {}",
        "Another program's instructions are left: {}",
    ),
    "NAR218": (
        Level.WARNING,
        "«{}» pasa de 32 letras; en un teléfono se corta",
        "“{}” is over 32 letters; phones cut it",
    ),
    "NAR219": (Level.WARNING, "Nadie llegó aquí en {} partidas", "Nobody got here in {} plays"),
    "NAR220": (
        Level.WARNING,
        "Un lector se quedó sin salida aquí en {} de {} partidas",
        "A reader was stuck here in {} of {} plays",
    ),
    "NAR221": (
        Level.WARNING,
        "El camino guardado «{}» ya no es como era, en el paso {}",
        "The saved path “{}” is not as it was, at step {}",
    ),
    "NAR222": (
        Level.WARNING,
        "{} da besitos gratis cada vez que se da la vuelta",
        "{} gives besitos for free each time round",
    ),
    "NAR223": (
        Level.WARNING,
        "Se pide {} «{}», y nada en la historia lo da",
        "It asks for the {} “{}”, and nothing in the story gives it",
    ),
    "NAR224": (
        Level.WARNING,
        "Se pide algo que solo viene después, y de allí no se vuelve: {}",
        "It asks for something that comes only later, with no way back from there: {}",
    ),
    "NAR225": (
        Level.WARNING,
        "«{}» está declarado de una clase y se usa como {}",
        "“{}” is declared as one kind and used as a {}",
    ),
    "NAR226": (
        Level.WARNING,
        "No tiene texto en «{}», el idioma de la historia",
        "It has no text in “{}”, the story's language",
    ),
    "NAR227": (
        Level.WARNING,
        "Las frases son largas: {} palabras de media",
        "The sentences are long: {} words on average",
    ),
    "NAR228": (
        Level.WARNING,
        "Lo que está cerrado por «{}» no le dice al lector qué le falta, en «{}»",
        "What “{}” locks does not tell readers what is missing, in “{}”",
    ),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend. ``fragment`` and ``choice`` are keys; empty when it is about the story."""

    code: str
    fragment: str = ""
    choice: str = ""
    es: str = ""
    en: str = ""

    @property
    def level(self) -> Level:
        """Whether it stops a release."""
        return CODES[self.code][0]

    def sentence(self, language: str) -> str:
        """What is wrong."""
        return self.en if language == "en" else self.es

    def to_json(self) -> dict[str, str]:
        """As programs read it."""
        return {
            "code": self.code,
            "level": self.level.value,
            "fragment": self.fragment,
            "choice": self.choice,
            "es": self.es,
            "en": self.en,
        }


def found(
    code: str, fragment: str = "", choice: str = "", *words: Any, english: tuple[Any, ...] | None = None
) -> Finding:
    """A finding with its sentence filled in."""
    _level, es, en = CODES[code]
    return Finding(code, fragment, choice, es.format(*words), en.format(*(words if english is None else english)))


@dataclass(frozen=True, slots=True)
class World:
    """What there is outside the story; None: nobody knows, so everything may be."""

    items: frozenset[str] | None = None
    hints: frozenset[str] | None = None
    letters: frozenset[str] | None = None
    missions: frozenset[str] | None = None
    achievements: frozenset[str] | None = None
    media: Mapping[str, str] | None = None
    stale: Mapping[tuple[str, str], bool] = field(default_factory=dict)
    languages: tuple[str, ...] = ()  # a story should be in all of these
    free_besitos: bool = True  # readers earn besitos elsewhere too
    vip: bool = True  # readers can become VIP
    now: datetime | None = None  # the community's time; None: no date is over


@dataclass(frozen=True, slots=True)
class Walks:
    """What seeded readers saw; nothing of it is a proof."""

    seed: int
    plays: int
    endings: Mapping[str, int]
    steps: tuple[int, int, int]  # fewest, middle, most
    besitos: int  # earned in the story, on average


@dataclass(frozen=True, slots=True)
class Lint:
    """Everything that was found."""

    findings: tuple[Finding, ...]
    walks: Walks | None = None

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What stops a release."""
        return tuple(one for one in self.findings if one.level is Level.ERROR)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What wants a reason."""
        return tuple(one for one in self.findings if one.level is Level.WARNING)

    @property
    def is_clean(self) -> bool:
        """Whether there is nothing at all."""
        return not self.findings

    def of(self, fragment: str) -> tuple[Finding, ...]:
        """What is about one fragment."""
        return tuple(one for one in self.findings if one.fragment == fragment)

    def to_json(self) -> dict[str, Any]:
        """As programs read it."""
        walks = self.walks
        return {
            "errors": len(self.errors),
            "warnings": len(self.warnings),
            "findings": [one.to_json() for one in self.findings],
            "walks": walks
            and {
                "seed": walks.seed,
                "plays": walks.plays,
                "endings": dict(walks.endings),
                "steps": list(walks.steps),
                "besitos": walks.besitos,
            },
        }
