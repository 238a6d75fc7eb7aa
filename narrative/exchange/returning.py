"""A story of ours that was in Twine and comes back: what an export kept beside the passages, put back where it belongs.

Passages nobody touched are as they were. Of the others text, links, tags and places are new, and everything that Twine
does not know stays: each of our choices goes to one link, a passage with another name is known by its text.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from narrative.exchange import tags
from narrative.exchange.links import LINK
from narrative.exchange.marking import marked
from narrative.exchange.report import Note
from narrative.exchange.twee import body, fingerprint, label_of, names_of, title_of
from narrative.exchange.twine import Passage, TwineStory
from narrative.story.content import BACK, LABEL, TEXT, Choice, Fragment, Story
from narrative.story.reading import KEY, StoryError, Words
from yabot.core.telegram import markup


@dataclass(frozen=True)
class Returned:
    """What was kept: the story, the key behind each passage's name, and what each text was."""

    story: Story
    names: Mapping[str, str]
    bodies: Mapping[str, str]

    @classmethod
    def read(cls, data: str) -> "Returned | None":
        """From an export's passage of data; None when it cannot be read."""
        try:
            kept: Any = json.loads(data)
            story, names, bodies = Story.from_json(kept["story"]), kept["names"], kept["bodies"]
        except (ValueError, KeyError, TypeError, StoryError, RecursionError):
            return None
        if not _are_words(names) or not _are_words(bodies):
            return None
        return cls(story, {name: key for name, key in names.items() if KEY.match(key)}, bodies)

    @cached_property
    def elsewhere(self) -> Mapping[str, str]:
        """Where names lead that no passage has: to our fragment of that name, back, or where nothing was before."""
        dangling = {choice.target for _, choice in self.story.choices()} - set(self.story.by_key)
        return {**{key: key for key in dangling if key}, **self.names, BACK: BACK}

    @cached_property
    def _written(self) -> Mapping[str, str]:
        return names_of(self.story)

    # --- whose is which -----------------------------------------------------------------------------------------------
    def matched(self, passages: Iterable[Passage]) -> dict[str, Fragment]:
        """Our fragment behind each passage, each once: by its name, else by its text."""
        left, found, others = dict(self.story.by_key), dict[str, Fragment](), []
        for passage in passages:
            was = left.pop(self.names.get(passage.name, ""), None)
            if was:
                found[passage.name] = was
            else:
                others.append(passage)
        by_text: dict[tuple[str, Any], list[Fragment]] = {}
        for was in reversed(left.values()):
            by_text.setdefault(_mark(self.bodies.get(was.key, ""), was.position), []).append(was)
        for passage in others:
            same = by_text.get(_mark(fingerprint(passage.text), passage.position))
            if same:
                found[passage.name] = same.pop()
        return found

    def notes(self, passages: Iterable[Passage], old: Mapping[str, Fragment]) -> Iterator[Note]:
        """What was renamed, what is new and what is gone."""
        for passage in passages:
            was = old.get(passage.name)
            place = passage.name, passage.line
            if was is None:
                yield Note("NAR052", *place, "es nuevo", "it is new")
            elif self.names.get(passage.name) != was.key:
                yield Note("NAR051", *place, f"es «{was.key}» con otro nombre", f"it is “{was.key}” with another name")
        there = {was.key for was in old.values()}
        for key in self.story.by_key:
            if key not in there:
                yield Note("NAR053", key, 0, "ya no está", "it is gone")

    # --- what it is now -----------------------------------------------------------------------------------------------
    def merged(self, was: Fragment, made: Fragment, passage: Passage, raw: str) -> Fragment:
        """Our fragment with what was changed in Twine; ``made`` is the passage as a fragment, ``raw`` its text."""
        language = self.story.language
        new = replace(was, position=passage.position or was.position)
        if self.names.get(passage.name) != was.key:
            new = replace(new, title=_said(was.title, language, passage.name[:200]))
        new = tags.changed(new, passage.tags, made.title)
        if self.bodies.get(was.key) == fingerprint(passage.text):
            return new
        if _without_links(body(self.story, was, self._written)) != _without_links(passage.text):
            new = replace(new, text=_said(was.text, language, _text(raw)))
        return replace(new, choices=self._choices(was, made.choices))

    def _choices(self, was: Fragment, made: tuple[Choice, ...]) -> tuple[Choice, ...]:
        """The links as the choices they were: by label and target, then by label, then by target; each choice once."""
        language = self.story.language
        left = [(label_of(self.story, choice)[:LABEL], self._goal(choice), choice) for choice in was.choices]
        found: dict[int, Choice] = {}
        for parts in ((0, 1), (0,), (1,)):
            for number, link in enumerate(made):
                said = link.label.in_(language), link.target
                same = (one for one in left if number not in found and all(one[part] == said[part] for part in parts))
                one = next(same, None)
                if one:
                    left.remove(one)
                    found[number] = _relinked(one, link, language)
        return tuple(found.get(number, link) for number, link in enumerate(made))

    def _goal(self, choice: Choice) -> str:
        """Where a choice leads in Twine: a way back leads to the start there."""
        return self.story.start if choice.target == BACK and self.story.start in self.story.by_key else choice.target

    def whole(self, fragments: Iterable[Fragment], start: str, given: TwineStory) -> Story:
        """Our story with these fragments: ours in their order, then the new ones."""
        order = {key: number for number, key in enumerate(self.story.by_key)}
        ordered = sorted(fragments, key=lambda part: order.get(part.key, len(order)))
        is_ours = any(part.key == self.story.start for part in ordered)
        if not given.start and (is_ours or self.story.start not in self.story.by_key):
            start = self.story.start
        title = self.story.title
        if given.name != (title_of(self.story) or "Twine"):
            title = _said(title, self.story.language, given.name[:200])
        return replace(self.story, title=title, start=start, fragments=tuple(ordered))


def _are_words(given: Any) -> bool:
    return isinstance(given, dict) and all(isinstance(value, str) for value in given.values())


def _mark(text: str, place: tuple[int, int] | None) -> tuple[str, Any]:
    """What a renamed passage is known by: its text, or where it stands when it has none."""
    return text, (place or object()) if text == fingerprint("") else None


def _said(words: Words, language: str, text: str) -> Words:
    return Words({name: said for name, said in {**words.by_language, language: text}.items() if said})


def _without_links(text: str) -> str:
    return LINK.sub("", text).strip()


def _text(raw: str) -> str:
    """An export has our markup; what is none is Twine's."""
    plain = raw.replace("\u200b::", "::").strip()
    return plain if len(plain) <= TEXT and not markup.check(plain, 10**6) else marked(plain)[0]


def _relinked(was: tuple[str, str, Choice], link: Choice, language: str) -> Choice:
    label, goal, choice = was
    said = link.label.in_(language)
    return replace(
        choice,
        label=choice.label if said == label else _said(choice.label, language, said),
        target=choice.target if link.target == goal else link.target,
    )
