"""Rules about what is written: limits, markup, labels, translations."""

import re
from collections.abc import Iterable, Iterator
from statistics import median

from narrative.linting.clashes import clash
from narrative.linting.findings import Finding, World, found
from narrative.story.content import LANGUAGES, Choice, Fragment, Story
from narrative.story.macros import left_in
from narrative.story.page import NAME, label_room
from narrative.story.reading import Words
from yabot.core.conditions import Condition
from yabot.core.telegram import markup
from yabot.core.telegram.limits import CAPTION, TEXT

SHORT, MANY = 32, 6
LONG_TIMES, LONG = 4, 1500
MARKED = re.compile(r"<[a-z/!-]|https?://|\bt\.me/|\bwww\.|(?<!\w)@[a-z]\w{3}", re.IGNORECASE)
LONG_SENTENCE, FEW_WORDS = 30, 60
SENTENCE = re.compile(r"[.!?…:;]+\s|\n")
NAME_UNITS, ENDING_UNITS = 64, 64  # of a reader's name, and of the counts below an ending


def units(text: str) -> int:
    """As Telegram counts: UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) >> 1


def check(story: Story, world: World) -> Iterator[Finding]:
    """Every text in every language."""
    lengths = [len(part.text.in_(story.language)) for part in story.fragments if part.text]
    usual = median(lengths) if lengths else 0
    yield from _lacking("", [story.title, story.pitch], story, world)
    for fragment in story.fragments:
        yield from _texts(story, fragment)
        yield from _labels(story, fragment)
        yield from _translations(story, fragment, world)
        yield from _reading(fragment, fragment.text.in_(story.language), usual)
        if fragment.media and not fragment.media.alt:
            yield found("NAR212", fragment.key)


def _reading(fragment: Fragment, text: str, usual: float) -> Iterator[Finding]:
    """What is hard to read on a phone."""
    if len(text) > LONG and len(text) > LONG_TIMES * usual:
        yield found("NAR215", fragment.key, "", len(text))
    count = len(text.split())
    per_sentence = count // max(1, len([part for part in SENTENCE.split(text) if part.strip()]))
    if count >= FEW_WORDS and per_sentence > LONG_SENTENCE:
        yield found("NAR227", fragment.key, "", per_sentence)


def _texts(story: Story, fragment: Fragment) -> Iterator[Finding]:
    limit = CAPTION if fragment.media else TEXT
    variants = [(f"variante {number}", one.text) for number, one in enumerate(fragment.variants, start=1)]
    macros: dict[str, None] = {}
    for name, words in [("texto", fragment.text), *variants]:
        for language, text in words.by_language.items():
            where = f"{name} ({language})"
            yield from _text(fragment.key, where, text, limit - _reserved(fragment, text, language))
            macros |= dict.fromkeys(left_in(text))
        if words and not words.by_language.get(story.language):
            yield found("NAR226", fragment.key, "", story.language)
    for left in list(macros)[:3]:
        yield found("NAR217", fragment.key, "", left[:40])


def _reserved(fragment: Fragment, text: str, language: str) -> int:
    """The room that is kept for what a page adds: the reader's name where it stands, and what is said of an ending."""
    names = text.count(NAME) * (NAME_UNITS - len(NAME))
    return names + (ENDING_UNITS + units(fragment.ending.name.in_(language)) if fragment.ending else 0)


def _text(key: str, where: str, text: str, limit: int) -> Iterator[Finding]:
    for problem in markup.check(text, limit):
        es = where, problem.line, problem.column, problem.message("es")
        en = where, problem.line, problem.column, problem.message("en")
        yield found("NAR107", key, "", *es, english=en)


def _labels(story: Story, fragment: Fragment) -> Iterator[Finding]:
    if len(fragment.choices) > MANY:
        yield found("NAR205", fragment.key, "", len(fragment.choices))
    for choice, twin in _twins(fragment, sorted({*LANGUAGES, story.language})):
        yield found("NAR204", fragment.key, choice.key, twin)
    for choice in fragment.choices:
        yield from _label(story, fragment.key, choice)


def _twins(fragment: Fragment, languages: Iterable[str]) -> Iterator[tuple[Choice, str]]:
    """Choices that say, in some language, the same as one before them that can be open at the same time."""
    for language in languages:
        seen: dict[str, list[Choice]] = {}
        for choice in fragment.choices:
            label = choice.label.by_language.get(language, "").strip()
            before = seen.setdefault(label, [])
            if label and any(_together(choice, other) for other in before):
                yield choice, label
            before.append(choice)


def _together(one: Choice, other: Choice) -> bool:
    return clash(Condition((*one.condition.tests, *other.condition.tests))) is None


def _label(story: Story, key: str, choice: Choice) -> Iterator[Finding]:
    if not choice.label.by_language.get(story.language, "").strip():
        yield found("NAR206", key, choice.key, choice.key, story.language)
    room = label_room(choice, is_open=not (choice.locked == "show" and choice.condition))
    for text in choice.label.by_language.values():
        if units(text) > room:
            yield found("NAR106", key, choice.key, f"«{text}»", units(text), room)
        elif len(text) > SHORT:
            yield found("NAR218", key, choice.key, text)
        if MARKED.search(text):
            yield found("NAR216", key, choice.key, text)


def _translations(story: Story, fragment: Fragment, world: World) -> Iterator[Finding]:
    """What is said in the original and not, or no longer, in another language."""
    said = [fragment.title, fragment.text, *(choice.label for choice in fragment.choices)]
    said += [variant.text for variant in fragment.variants]
    said += [fragment.ending.name] if fragment.ending else []
    said += [fragment.media.alt] if fragment.media else []
    yield from _lacking(fragment.key, said, story, world)


def _lacking(key: str, said: list[Words], story: Story, world: World) -> Iterator[Finding]:
    for language in _others(story, world):
        if any(words.by_language.get(story.language) and not words.by_language.get(language) for words in said):
            yield found("NAR210", key, "", language)
        elif world.stale.get((key, language)):
            yield found("NAR211", key, "", language)


def _others(story: Story, world: World) -> list[str]:
    return sorted({*world.languages, *story.languages} - {story.language})
