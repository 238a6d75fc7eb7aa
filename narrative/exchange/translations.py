"""Files for translators: CSV for a spreadsheet, PO for their tools. A row that would break a text is refused alone."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from narrative.exchange.refusal import ExchangeError, decoded
from narrative.exchange.texts import Text, texts, with_translations
from narrative.story.content import LABEL, TEXT, Story
from narrative.story.reading import Words
from yabot.core.telegram import markup

COLUMNS = ("reference", "state", "source", "translation")
STATES = {"es": {"missing": "falta", "stale": "ha cambiado", "done": "lista"}}
_TAG = re.compile(r"<(/?[a-z-]+)")
_PLACE = re.compile(r"\{[a-z_]+\}")
_FORMULA = ("=", "+", "-", "@", "\t")
CSV_FIELD = 131_072


@dataclass(frozen=True, slots=True)
class Row:
    """A translated text as a file has it; ``line`` is where."""

    line: int
    reference: str
    source: str
    translation: str


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


def rows(story: Story, language: str, stale: Mapping[tuple[str, str], bool]) -> Iterator[tuple[Text, str, str, str]]:
    """Each text with its state (missing, stale, done), original and translation."""
    for text in texts(story):
        source, said = text.words.by_language.get(story.language, ""), text.words.by_language.get(language, "")
        if source:
            state = "missing" if not said else "stale" if stale.get((text.fragment, language)) else "done"
            yield text, state, source, said


# --- CSV --------------------------------------------------------------------------------------------------------------
def write_csv(story: Story, language: str, stale: Mapping[tuple[str, str], bool]) -> str:
    """A table. A cell that a spreadsheet would take for a formula begins with an apostrophe."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(COLUMNS)
    for text, state, source, said in rows(story, language, stale):
        table.writerow([text.reference, state, _safe(source), _safe(said)])
    return out.getvalue()


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith((*_FORMULA, "'")) else cell


def _plain(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith((*_FORMULA, "'")) else cell


def read_csv(data: bytes) -> list[Row]:
    """The rows of a table, with commas or semicolons. Raises ExchangeError."""
    text = decoded(data)
    first = text.split("\n", 1)[0]
    csv.field_size_limit(CSV_FIELD)
    table = csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ",")
    if not table.fieldnames or not {"reference", "translation"} <= set(table.fieldnames):
        raise ExchangeError(
            "NAR029",
            "Faltan las columnas «reference» y «translation».",
            "The columns “reference” and “translation” are missing.",
        )
    try:
        return [
            Row(
                table.line_num,
                row["reference"] or "",
                _plain(row.get("source") or ""),
                _plain(row["translation"] or ""),
            )
            for row in table
        ]
    except csv.Error as error:
        raise ExchangeError("NAR029", f"Línea {table.line_num}: {error}", f"Line {table.line_num}: {error}") from None


# --- PO ---------------------------------------------------------------------------------------------------------------
def write_po(story: Story, language: str, stale: Mapping[tuple[str, str], bool]) -> str:
    """A PO file: the reference is the context, so that equal words in two places may differ."""
    head = (
        f"Project-Id-Version: {story.key}\\n",
        f"Language: {language}\\n",
        "MIME-Version: 1.0\\n",
        "Content-Type: text/plain; charset=UTF-8\\n",
        "Content-Transfer-Encoding: 8bit\\n",
    )
    parts = ['msgid ""\nmsgstr ""\n' + "\n".join(f'"{line}"' for line in head)]
    for text, state, source, said in rows(story, language, stale):
        fuzzy = "#, fuzzy\n" if state == "stale" else ""
        parts.append(f"{fuzzy}msgctxt {_quoted(text.reference)}\nmsgid {_quoted(source)}\nmsgstr {_quoted(said)}")
    return "\n\n".join(parts) + "\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t").replace("\r", "\\r")
    lines = escaped.split("\n")
    if len(lines) == 1:
        return f'"{escaped}"'
    return '""\n' + "\n".join(f'"{line}\\n"' for line in lines[:-1]) + (f'\n"{lines[-1]}"' if lines[-1] else "")


_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"\s*$')
_ESCAPE = re.compile(r"\\(.)", re.S)
_LETTERS = {"n": "\n", "t": "\t", "r": "\r"}


def read_po(data: bytes) -> list[Row]:
    """The entries of a PO file that have a context. Raises ExchangeError that names the line."""
    found: list[Row] = []
    entry: dict[str, str] = {}
    word, begins = "", 0
    for number, line in enumerate([*decoded(data).split("\n"), ""], start=1):
        said = line.strip(" \t\r")
        if not said or said.startswith("#"):
            if entry.get("msgctxt") is not None and "msgstr" in entry:
                found.append(Row(begins, entry["msgctxt"], entry.get("msgid", ""), entry["msgstr"]))
            entry, word = {}, ""
            continue
        keyword, _space, rest = said.partition(" ")
        if not said.startswith('"'):
            word, begins = keyword, begins if entry else number
        string = _STRING.match(said if said.startswith('"') else rest.strip())
        if string is None or word not in {"msgctxt", "msgid", "msgstr"}:
            raise ExchangeError("NAR029", f"Línea {number}: no se entiende.", f"Line {number}: cannot be understood.")
        entry[word] = entry.get(word, "") + _ESCAPE.sub(lambda one: _LETTERS.get(one[1], one[1]), string[1])
    return found


# --- putting it back --------------------------------------------------------------------------------------------------
def apply(story: Story, language: str, given: list[Row]) -> Translated:
    """The story with these translations. A row for a text that is not there, or of another original, or that would
    break a text's formatting or placeholders, is refused; the others are taken. Empty translations change nothing."""
    known = {text.reference: text for text in texts(story)}
    refused: list[Refused] = []
    said: dict[str, dict[str, str]] = {}
    taken = 0
    for row in given:
        if not row.translation.strip():
            continue
        text = known.get(row.reference)
        problem = _problem(text, row, story.language)
        if problem or text is None:
            refused.append(Refused(row.line, row.reference, *(problem or ("", ""))))
        elif text.words.by_language.get(language) != row.translation:
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
        fragments=fragments,
    )
    return Translated(made, taken, frozenset(said), tuple(refused))


def _own(words: Words, language: str, text: str | None) -> Words:
    return words if text is None else Words({**words.by_language, language: text})


def _problem(text: Text | None, row: Row, source_language: str) -> tuple[str, str] | None:
    if text is None:
        return "no hay ningún texto con esta referencia", "there is no text with this reference"
    source = text.words.by_language.get(source_language, "")
    if row.source and row.source.replace("\r\n", "\n").strip() != source.replace("\r\n", "\n").strip():
        return "el original ha cambiado desde que se exportó", "the original has changed since the export"
    if sorted(_PLACE.findall(source)) != sorted(_PLACE.findall(row.translation)):
        return "no lleva los mismos {nombres} que el original", "it has not the same {placeholders} as the original"
    if sorted(_TAG.findall(source)) != sorted(_TAG.findall(row.translation)):
        return "no lleva las mismas etiquetas que el original", "it has not the same tags as the original"
    limit = LABEL if text.name.startswith("choice-") else TEXT
    if len(row.translation) > limit:
        return f"pasa de {limit} letras", f"it is over {limit} letters"
    if text.name == "text" or text.name.startswith("variant-"):
        problems = markup.check(row.translation, 10**6)
        if problems:
            return problems[0].message("es"), problems[0].message("en")
    return None
