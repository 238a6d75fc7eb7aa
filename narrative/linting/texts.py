"""Rules about what is written: limits, markup, labels, translations."""

import re
from collections.abc import Iterator
from statistics import median

from narrative.linting.findings import Finding, World, found
from narrative.story.content import Choice, Fragment, Story
from narrative.story.macros import left_in
from narrative.story.reading import Words
from yabot.core.telegram import markup
from yabot.core.telegram.limits import CAPTION, TEXT

LABEL, SHORT, MANY = 60, 32, 6
LONG_TIMES, LONG = 4, 1500
MARKED = re.compile(r"<[a-z/!-]|https?://|\bt\.me/", re.IGNORECASE)


def units(text: str) -> int:
    """As Telegram counts: UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) >> 1


def check(story: Story, world: World) -> Iterator[Finding]:
    """Every text in every language."""
    lengths = [len(part.text.in_(story.language)) for part in story.fragments if part.text]
    usual = median(lengths) if lengths else 0
    for fragment in story.fragments:
        yield from _texts(fragment)
        yield from _labels(story, fragment)
        yield from _translations(story, fragment, world)
        length = len(fragment.text.in_(story.language))
        if length > LONG and length > LONG_TIMES * usual:
            yield found("NAR215", fragment.key, "", length)
        if fragment.media and not fragment.media.alt:
            yield found("NAR212", fragment.key)


def _texts(fragment: Fragment) -> Iterator[Finding]:
    limit = CAPTION if fragment.media else TEXT
    variants = [(f"variante {number}", one.text) for number, one in enumerate(fragment.variants, start=1)]
    macros: dict[str, None] = {}
    for name, words in [("texto", fragment.text), *variants]:
        for language, text in words.by_language.items():
            where = f"{name} ({language})"
            yield from _text(fragment.key, where, text, limit)
            macros |= dict.fromkeys(left_in(text))
    for left in list(macros)[:3]:
        yield found("NAR217", fragment.key, "", left[:40])


def _text(key: str, where: str, text: str, limit: int) -> Iterator[Finding]:
    for problem in markup.check(text, limit):
        es = where, problem.line, problem.column, problem.message("es")
        en = where, problem.line, problem.column, problem.message("en")
        yield found("NAR107", key, "", *es, english=en)


def _labels(story: Story, fragment: Fragment) -> Iterator[Finding]:
    if len(fragment.choices) > MANY:
        yield found("NAR205", fragment.key, "", len(fragment.choices))
    seen: set[str] = set()
    for choice in fragment.choices:
        label = choice.label.in_(story.language).strip()
        if label and label in seen:
            yield found("NAR204", fragment.key, choice.key, label)
        seen.add(label)
        yield from _label(story, fragment.key, choice)


def _label(story: Story, key: str, choice: Choice) -> Iterator[Finding]:
    if not choice.label.by_language.get(story.language, "").strip():
        yield found("NAR206", key, choice.key, choice.key, story.language)
    for text in choice.label.by_language.values():
        if units(text) > LABEL:
            yield found("NAR106", key, choice.key, f"«{text}»", units(text), LABEL)
        elif len(text) > SHORT:
            yield found("NAR218", key, choice.key, text)
        if MARKED.search(text):
            yield found("NAR216", key, choice.key, text)


def _translations(story: Story, fragment: Fragment, world: World) -> Iterator[Finding]:
    """What is said in the original and not, or no longer, in another language."""
    said = [fragment.title, fragment.text, *(choice.label for choice in fragment.choices)]
    said += [variant.text for variant in fragment.variants]
    said += [fragment.ending.name] if fragment.ending else []
    for language in sorted({*world.languages, *story.languages} - {story.language}):
        if any(_lacks(words, story.language, language) for words in said):
            yield found("NAR210", fragment.key, "", language)
        elif world.stale.get((fragment.key, language)):
            yield found("NAR211", fragment.key, "", language)


def _lacks(words: Words, source: str, language: str) -> bool:
    return bool(words.by_language.get(source)) and not words.by_language.get(language)
