"""What translators' files say, put back into a story. A row that would break a text is refused alone."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from narrative.exchange.texts import Text, texts, with_translations
from narrative.story.content import Story
from narrative.story.reading import UNSOUND, Words
from yabot.core.telegram import markup

Stale = Mapping[tuple[str, str], Collection[str]]  # for a fragment and a language: the texts whose original has changed
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,2000}>")
_PLACE = re.compile(r"\{[a-z_]+\}")


@dataclass(frozen=True, slots=True)
class Row:
    """A translated text as a file has it; ``line`` is where, ``doubt`` why its writer did not finish it."""

    line: int
    reference: str
    source: str
    translation: str
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was not taken, and why."""

    line: int
    reference: str
    es: str
    en: str

    def sentence(self, language: str) -> str:
        """Where, and why."""
        word = "Line" if language == "en" else "Línea"
        return f"{word} {self.line}, {self.reference}: {self.en if language == 'en' else self.es}"


@dataclass(frozen=True, slots=True)
class Translated:
    """The story with what was taken, which fragments that changed, and what was refused."""

    story: Story
    taken: int
    fragments: frozenset[str]
    refused: tuple[Refused, ...]


def rows(story: Story, language: str, stale: Stale) -> Iterator[tuple[Text, str, str, str]]:
    """Each text with its state (missing, stale, done), original and translation."""
    for text in texts(story):
        source, said = text.words.by_language.get(story.language, ""), text.words.by_language.get(language, "")
        if source:
            is_stale = text.name in stale.get((text.fragment, language), ())
            yield text, "missing" if not said else "stale" if is_stale else "done", source, said


def apply(story: Story, language: str, given: list[Row]) -> Translated:
    """The story with these translations. A row for a text that is not there, or of another original, or that would
    break a text's formatting or placeholders, is refused; the others are taken. Empty translations change nothing."""
    known = {text.reference: text for text in texts(story)}
    refused: list[Refused] = []
    said: dict[str, dict[str, str]] = {}
    taken = 0
    for row in given:
        text = known.get(row.reference)
        if not row.translation.strip() or (text and text.words.by_language.get(language) == row.translation):
            continue
        problem = _problem(text, row, story.language)
        if text and not problem and text.name in said.get(text.fragment, ()):
            problem = "ya estaba en una línea anterior", "it was already in a line before"
        if problem or text is None:
            refused.append(Refused(row.line, row.reference, *(problem or ("", ""))))
        else:
            said.setdefault(text.fragment, {})[text.name] = row.translation
            taken += 1
    fragments = tuple(
        with_translations(part, language, said[part.key]) if part.key in said else part for part in story.fragments
    )
    own = said.pop("", {})
    made = replace(
        story,
        title=_own(story.title, language, own.get("title")),
        pitch=_own(story.pitch, language, own.get("pitch")),
        declared=tuple(
            replace(one, missing=_own(one.missing, language, own.get(f"missing-{one.key}"))) for one in story.declared
        ),
        fragments=fragments,
    )
    return Translated(made, taken, frozenset(said), tuple(refused))


def _own(words: Words, language: str, text: str | None) -> Words:
    return words if text is None else Words({**words.by_language, language: text})


_DOUBTS = {
    "fuzzy": ("está marcado como dudoso", "it is marked as doubtful"),
    "plural": ("lleva plurales, que aquí no hay", "it has plurals, which there are none of here"),
}


def _problem(text: Text | None, row: Row, source_language: str) -> tuple[str, str] | None:
    if row.doubt:
        return _DOUBTS[row.doubt]
    if text is None:
        return "no hay ningún texto con esta referencia", "there is no text with this reference"
    source = text.words.by_language.get(source_language, "")
    if row.source and row.source.replace("\r\n", "\n").strip() != source.replace("\r\n", "\n").strip():
        return "el original ha cambiado desde que se exportó", "the original has changed since the export"
    if sorted(_PLACE.findall(source)) != sorted(_PLACE.findall(row.translation)):
        return "no lleva los mismos {nombres} que el original", "it has not the same {placeholders} as the original"
    if sorted(_TAG.findall(source)) != sorted(_TAG.findall(row.translation)):
        return "no lleva las mismas etiquetas que el original", "it has not the same tags as the original"
    return unfit(text, row.translation)


def unfit(text: Text, said: str) -> tuple[str, str] | None:
    """Why this cannot be stored or sent in this place, in both languages; None when it can."""
    if len(said) > text.limit:
        return f"pasa de {text.limit} letras", f"it is over {text.limit} letters"
    if UNSOUND.search(said):
        return "lleva caracteres que no se pueden guardar", "it has characters that cannot be stored"
    if text.is_line and ("\n" in said or "\r" in said):
        return "tiene que caber en una línea", "it has to be one line"
    problems = markup.check(said, 10**6) if text.is_marked else []
    if not problems:
        return None
    place = f"{problems[0].line}:{problems[0].column}"
    return f"{place} {problems[0].message('es')}", f"{place} {problems[0].message('en')}"
