"""What is wrong with a text, where, and in the editor's language."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Final

from yabot.core.errors import DomainError

MOST: Final = 20
"""After so many problems the rest of a text is not judged."""

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "unknown_tag": ("Telegram no conoce la etiqueta {tag}.", "Telegram does not know the tag {tag}."),
    "lone_less_than": (
        "Un «<» suelto se escribe &lt;, y una etiqueta termina en «>».",
        "A lone “<” is written &lt;, and a tag ends with “>”.",
    ),
    "bad_attribute": (
        "La etiqueta {tag} no admite {attribute}.",
        "The tag {tag} does not take {attribute}.",
    ),
    "missing_attribute": ("A la etiqueta {tag} le falta {attribute}.", "The tag {tag} lacks {attribute}."),
    "bad_link": (
        "Un enlace empieza por http://, https://, tg:// o mailto: y no lleva espacios.",
        "A link starts with http://, https://, tg:// or mailto: and has no spaces.",
    ),
    "never_closed": ("Falta cerrar {tag}.", "{tag} is never closed."),
    "never_opened": ("Se cierra {tag}, que no estaba abierta.", "{tag} is closed but was not open."),
    "crossing": (
        "Antes de cerrar {tag} hay que cerrar {inner}.",
        "{inner} must be closed before {tag} is.",
    ),
    "bad_nesting": ("Telegram no admite {inner} dentro de {tag}.", "Telegram does not take {inner} inside {tag}."),
    "code_not_alone": (
        "Un <code> con lenguaje tiene que ocupar todo su <pre>.",
        "A <code> with a language must fill its whole <pre>.",
    ),
    "bad_emoji": (
        "<tg-emoji> lleva dentro un solo emoji corriente.",
        "<tg-emoji> holds one ordinary emoji.",
    ),
    "too_deep": ("Hay demasiadas etiquetas una dentro de otra.", "Too many tags are inside one another."),
    "unknown_reference": (
        "{name} no vale: solo &lt; &gt; &amp; &quot; y números como &#233;.",
        "{name} is not known: only &lt; &gt; &amp; &quot; and numbers such as &#233;.",
    ),
    "too_long": ("El texto mide {length} y caben {limit}.", "The text is {length} long and {limit} fit."),
    "too_many_entities": (
        "Hay {count} formatos y Telegram admite {limit}.",
        "There are {count} formats and Telegram takes {limit}.",
    ),
    "unknown_placeholder": (
        "No existe {{{name}}}.{nearest_es} Para escribir una llave, ponla doble.",
        "There is no {{{name}}}.{nearest_en} To write a brace, double it.",
    ),
    "bad_placeholder": (
        "{{{name}}} no es un nombre: solo minúsculas, cifras y _. Para escribir una llave, ponla doble.",
        "{{{name}}} is no name: only small letters, digits and _. To write a brace, double it.",
    ),
    "lone_brace": (
        "Falta la otra llave. Para escribir una llave, ponla doble.",
        "The other brace is missing. To write a brace, double it.",
    ),
    "placeholder_in_tag": (
        "Un dato entre llaves solo puede ir en el texto, no dentro de una etiqueta.",
        "A value in braces may stand in the text only, not inside a tag.",
    ),
    "flag_in_text": (
        "{{{name}}} es un sí o no: solo vale en {{if {name}}}.",
        "{{{name}}} is a yes or no: it is for {{if {name}}} only.",
    ),
    "else_without_if": ("Este {{else}} no tiene su {{if}}.", "This {{else}} has no {{if}}."),
    "end_without_if": ("Este {{end}} no tiene su {{if}}.", "This {{end}} has no {{if}}."),
    "second_else": ("Este {{if}} ya tenía {{else}}.", "This {{if}} has an {{else}} already."),
    "too_many_conditions": (
        "Una frase admite condiciones sobre {limit} datos.",
        "A phrase takes conditions on {limit} values.",
    ),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing an editor has to mend; ``line`` and ``column`` count from 1 in the text as typed."""

    line: int
    column: int
    code: str
    message_es: str
    message_en: str

    def message(self, language: str) -> str:
        """The sentence in ``language``: ``"en"``, or Spanish for any other."""
        return self.message_en if language == "en" else self.message_es


class MarkupError(DomainError):
    """A text is not the HTML that Telegram understands. ``problems`` is never empty."""

    code: ClassVar[str] = "TXT001"

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{p.line}:{p.column} {p.code}" for p in self.problems))

    def sentence(self, language: str) -> str:
        first = self.problems[0]
        if language == "en":
            return f"Line {first.line}, column {first.column}: {first.message_en}"
        return f"Línea {first.line}, columna {first.column}: {first.message_es}"


class Report:
    """The problems of one source, in the order of the source."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._found: list[tuple[int, Problem]] = []

    @property
    def is_full(self) -> bool:
        """Enough was found: judging the rest helps nobody."""
        return len(self._found) >= MOST

    @property
    def problems(self) -> list[Problem]:
        """What was found so far, first in the source first."""
        return [problem for _, problem in sorted(self._found, key=lambda found: found[0])]

    def add(self, index: int, code: str, **details: object) -> None:
        """Note a problem at ``source[index]``."""
        if self.is_full:
            return
        shown = {name: _short(str(value)) for name, value in details.items()}
        spanish, english = SENTENCES[code]
        line, column = self._place(index)
        self._found.append((index, Problem(line, column, code, spanish.format(**shown), english.format(**shown))))

    def _place(self, index: int) -> tuple[int, int]:
        line = bisect_right(self._line_starts, index)
        return line, index - self._line_starts[line - 1] + 1

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(end.end() for end in re.finditer(r"\r\n?|\n", self._source))]


def _short(detail: str) -> str:
    return detail if len(detail) <= 60 else detail[:57] + "…"
