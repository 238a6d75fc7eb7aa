"""Every text of a story by its reference, to be translated and put back."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from narrative.story.content import Fragment, Story
from narrative.story.reading import Words


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


def texts(story: Story) -> Iterator[Text]:
    """Every text that is said in the original, the story's own first."""
    yield Text("", "title", story.title)
    yield Text("", "pitch", story.pitch)
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
