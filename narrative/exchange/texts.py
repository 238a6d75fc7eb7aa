"""Every text of a story by its reference, to be translated and put back."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from narrative.story.content import ALT, LABEL, MISSING, NAME, TEXT, Fragment, Story
from narrative.story.reading import Words

_LIMITS = {"choice": LABEL, "title": NAME, "ending": NAME, "alt": ALT, "missing": MISSING}


@dataclass(frozen=True, slots=True)
class Text:
    """One text: the fragment, which of its texts, and how it is said."""

    fragment: str
    name: str
    words: Words

    @property
    def reference(self) -> str:
        """How files for translators name it."""
        return f"{self.fragment}/{self.name}"

    @property
    def limit(self) -> int:
        """How many letters can be stored."""
        return _LIMITS.get(self.name.partition("-")[0], TEXT)

    @property
    def is_line(self) -> bool:
        """Whether it has to be one line."""
        return self.limit in {LABEL, NAME, MISSING}

    @property
    def is_marked(self) -> bool:
        """Whether it has markup."""
        return bool(self.fragment) and self.name.partition("-")[0] in {"text", "variant"}


def texts(story: Story) -> Iterator[Text]:
    """Every text that is said in the original, the story's own first."""
    yield Text("", "title", story.title)
    yield Text("", "pitch", story.pitch)
    for one in story.declared:
        yield Text("", f"missing-{one.key}", one.missing)
    for fragment in story.fragments:
        for name, words in of_fragment(fragment):
            yield Text(fragment.key, name, words)


def of_fragment(fragment: Fragment) -> Iterator[tuple[str, Words]]:
    """The texts of a fragment, by name."""
    yield "title", fragment.title
    yield "text", fragment.text
    if fragment.media:
        yield "alt", fragment.media.alt
    if fragment.ending:
        yield "ending", fragment.ending.name
    for number, variant in enumerate(fragment.variants, start=1):
        yield f"variant-{number}", variant.text
    for choice in fragment.choices:
        yield f"choice-{choice.key}", choice.label


def translation_marks(fragment: Fragment, source: str, language: str) -> dict[str, str]:
    """For each text that was translated, by name: a mark of its original and one of itself, «original:itself»."""
    return {
        name: f"{_mark(words.by_language[source])}:{_mark(words.by_language[language])}"
        for name, words in of_fragment(fragment)
        if source != language and words.by_language.get(source) and words.by_language.get(language)
    }


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def changed(fragment: Fragment, anew: Callable[[str, Words], Words]) -> Fragment:
    """The fragment with each of its texts as ``anew`` says it."""
    media, ending = fragment.media, fragment.ending
    return replace(
        fragment,
        title=anew("title", fragment.title),
        text=anew("text", fragment.text),
        media=replace(media, alt=anew("alt", media.alt)) if media else None,
        ending=replace(ending, name=anew("ending", ending.name)) if ending else None,
        variants=tuple(
            replace(one, text=anew(f"variant-{number}", one.text))
            for number, one in enumerate(fragment.variants, start=1)
        ),
        choices=tuple(replace(one, label=anew(f"choice-{one.key}", one.label)) for one in fragment.choices),
    )


def with_translations(fragment: Fragment, language: str, said: Mapping[str, str]) -> Fragment:
    """The fragment with these texts, by name, in this language; an empty one takes the translation away."""

    def anew(name: str, words: Words) -> Words:
        if name not in said:
            return words
        by_language = {**words.by_language, language: said[name]}
        return Words({one: text for one, text in by_language.items() if text})

    return changed(fragment, anew)
