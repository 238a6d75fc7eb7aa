"""Collects every text a person reads, checks that each is translated, and compiles what is: ``make messages``.

Reads Python with ``ast`` and templates with Django's own lexer, so that no gettext has to be installed. New texts are
added to ``locale/en/LC_MESSAGES/django.po`` with an empty translation, texts nobody uses any more are removed, and the
exit code is 1 while something is not translated.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"
PACKAGES = ("yabot", "narrative", "gamification", "channeladmin")
TRANSLATION = "django.utils.translation"
SINGLE = {"_", "gettext", "gettext_lazy", "gettext_noop"}
PLURAL = {"ngettext", "ngettext_lazy"}
CONTEXT = {"pgettext", "pgettext_lazy"}
HEADER = {
    "Project-Id-Version": "YABOT",
    "Language": "en",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=2; plural=(n != 1);",
}
TAG = re.compile(r"\{%\s*(?P<tag>.*?)\s*%\}", re.DOTALL)
TRANSLATE = re.compile(r"(?:trans|translate)\s+(?P<quote>[\"'])(?P<text>.*?)(?P=quote)")
VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


@dataclass(frozen=True, order=True)
class Text:
    """One text as it stands in the source; its place is the file, so that a moved line changes nothing."""

    text: str
    plural: str = ""
    context: str = ""


def main() -> int:
    """Bring the catalogue up to date; 1 while a translation is missing."""
    catalogue = update(read(), found_texts())
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(str(CATALOGUE))
    catalogue.save_as_mofile(str(CATALOGUE.with_suffix(".mo")))
    missing = catalogue.untranslated_entries()
    for entry in missing:
        sys.stdout.write(f"not translated: {entry.msgid!r} ({entry.occurrences[0][0]})\n")
    sys.stdout.write(f"{len(catalogue)} texts, {len(missing)} without a translation\n")
    return 1 if missing else 0


def read() -> polib.POFile:
    """The catalogue as it is, or an empty one."""
    catalogue = polib.pofile(str(CATALOGUE), wrapwidth=0) if CATALOGUE.exists() else polib.POFile(wrapwidth=0)
    catalogue.metadata = dict(HEADER)
    return catalogue


def update(old: polib.POFile, texts: dict[Text, set[str]]) -> polib.POFile:
    """A catalogue of these texts with the translations that are known."""
    known = {(entry.msgid, entry.msgid_plural, entry.msgctxt or ""): entry for entry in old}
    fresh = polib.POFile(wrapwidth=0)
    fresh.metadata = old.metadata
    for text in sorted(texts):
        entry = known.get((text.text, text.plural, text.context)) or _new(text)
        entry.occurrences = [(place, "") for place in sorted(texts[text])]
        entry.flags = ["python-format"] if re.search(r"%\(\w+\)[sd]|%[sd]", text.text) else []
        fresh.append(entry)
    return fresh


def _new(text: Text) -> polib.POEntry:
    if text.plural:
        return polib.POEntry(msgid=text.text, msgid_plural=text.plural, msgstr_plural={0: "", 1: ""})
    return polib.POEntry(msgid=text.text, msgctxt=text.context or None, msgstr="")


def found_texts() -> dict[Text, set[str]]:
    """Every text of the project and the files it stands in."""
    found: dict[Text, set[str]] = {}
    for path, texts in _files():
        for text in texts:
            found.setdefault(text, set()).add(path.relative_to(ROOT).as_posix())
    return found


def _files() -> Iterator[tuple[Path, Iterator[Text]]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path, in_python(path.read_text(encoding="utf-8"))
    for folder in ("templates", *PACKAGES):
        for path in sorted((ROOT / folder).rglob("*.html")):
            if "sandbox" not in path.parts:
                yield path, in_template(path.read_text(encoding="utf-8"))


def in_python(source: str) -> Iterator[Text]:
    """The constant arguments of gettext's functions, whatever a file calls them."""
    nodes = list(ast.walk(ast.parse(source)))
    imports = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.module == TRANSLATION]
    called = {name.asname: name.name for node in imports for name in node.names if name.asname}
    for node in nodes:
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            name = called.get(name, name)
            words = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            yield from _called(name, words)


def _called(name: str, words: list[str]) -> Iterator[Text]:
    if name in SINGLE and words:
        yield Text(words[0])
    elif name in PLURAL and len(words) > 1:
        yield Text(words[0], plural=words[1])
    elif name in CONTEXT and len(words) > 1:
        yield Text(words[1], context=words[0])


def in_template(source: str) -> Iterator[Text]:
    """The texts of ``translate`` and ``blocktranslate``."""
    for match in TAG.finditer(source):
        tag = match["tag"]
        if single := TRANSLATE.match(tag):
            yield Text(single["text"].replace("%", "%%"))
        elif re.match(r"blocktrans(late)?\b", tag):
            yield _block(tag, source[match.end() :])


def _block(tag: str, rest: str) -> Text:
    body = re.split(r"\{%\s*endblocktrans(?:late)?\s*%\}", rest, maxsplit=1)[0]
    parts = re.split(r"\{%\s*plural\s*%\}", body)
    texts = [_as_gettext(part, trimmed="trimmed" in tag.split()) for part in parts]
    return Text(texts[0], plural=texts[1] if len(texts) > 1 else "")


def _as_gettext(text: str, *, trimmed: bool) -> str:
    if trimmed:
        text = " ".join(line.strip() for line in text.strip().splitlines() if line.strip())
    return VARIABLE.sub(r"%(\1)s", text.replace("%", "%%"))


if __name__ == "__main__":
    sys.exit(main())
