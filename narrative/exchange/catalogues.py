"""Catalogues for translators: PO, for their tools. The reference is the context: equal words may differ by place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from narrative.exchange.refusal import ExchangeError, decoded
from narrative.exchange.translations import Row, Stale, rows
from narrative.story.content import Story

_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"\s*$')
_ESCAPE = re.compile(r"\\(.)", re.S)
_LETTERS = {"n": "\n", "t": "\t", "r": "\r"}
_WORDS = re.compile(r"msgctxt|msgid|msgstr|msgid_plural|msgstr\[\d{1,3}\]")
_PLURALS = ("msgid_plural", "msgstr[")


def write_po(story: Story, language: str, stale: Stale) -> str:
    """A PO file; what has to be looked at again is fuzzy."""
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


@dataclass(slots=True)
class _Entry:
    """One entry as its lines come; ``word`` is the keyword whose strings are being read."""

    line: int = 0
    word: str = ""
    said: dict[str, list[str]] = field(default_factory=dict)
    is_fuzzy: bool = False

    def begins_anew(self, word: str) -> bool:
        """Whether this keyword belongs to the next entry."""
        if word == "msgctxt":
            return bool(self.said)
        return word == "msgid" and any(name in self.said for name in ("msgid", "msgstr", "msgstr[0]"))

    def text(self, word: str) -> str:
        """All the strings of a keyword."""
        return "".join(self.said.get(word, ()))

    def row(self) -> Row | None:
        """The entry as a row; None without a context or anything said."""
        has_plurals = any(word.startswith(_PLURALS) for word in self.said)
        said = self.text("msgstr[0]") if has_plurals else self.text("msgstr")
        if "msgctxt" not in self.said or not (has_plurals or "msgstr" in self.said):
            return None
        doubt = "plural" if has_plurals else "fuzzy" if self.is_fuzzy else ""
        return Row(self.line, self.text("msgctxt"), self.text("msgid"), said, doubt)


def read_po(data: bytes) -> list[Row]:
    """The entries of a PO file that have a context. Raises ExchangeError that names the line."""
    return [row for entry in _entries(decoded(data)) if (row := entry.row())]


def _entries(text: str) -> Iterator[_Entry]:
    entry = _Entry()
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
        said = line.strip(" \t")
        if not said or said.startswith("#"):
            if entry.said:
                yield entry
                entry = _Entry()
            entry.is_fuzzy |= said.startswith("#,") and "fuzzy" in said
            continue
        keyword, _space, rest = ("", "", said) if said.startswith('"') else said.partition(" ")
        if keyword and entry.begins_anew(keyword):
            yield entry
            entry = _Entry()
        entry.line, entry.word = entry.line or number, keyword or entry.word
        string = _STRING.match(rest.strip())
        if string is None or not _WORDS.fullmatch(entry.word):
            raise ExchangeError("NAR029", f"Línea {number}: no se entiende.", f"Line {number}: cannot be understood.")
        entry.said.setdefault(entry.word, []).append(_ESCAPE.sub(lambda one: _LETTERS.get(one[1], one[1]), string[1]))
    yield entry
