"""A Twine story as a draft: passages are fragments, links are choices. Macros are never run: they stay visible."""

import re

from django.utils.text import slugify

from narrative.exchange import tags
from narrative.exchange.links import AROUND, LINK, is_in_sentence, link_parts
from narrative.exchange.marking import marked
from narrative.exchange.names import Names
from narrative.exchange.report import Note, Report
from narrative.exchange.returning import Returned
from narrative.exchange.twine import Passage, TwineStory
from narrative.story.content import ALWAYS, BACK, LABEL, MOST_CHOICES, Choice, Ending, Fragment, Story
from narrative.story.macros import macros
from narrative.story.reading import KEY, NO_WORDS, StoryError, Words
from yabot.core.conditions import Condition, CounterTest, ItemTest, Test, VisitedTest

_PICTURE = re.compile(r"<img\b[^<>]{0,1000}>", re.I)
_SHAPES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\(if:\s*visits\s*(?:is|>=|>)\s*(\d+)\s*\)\s*\[$"), "visits"),
    (re.compile(r"""<<if\s+visited\(["']([^"']+)["']\)\s*>>$"""), "visited"),
    (re.compile(r"""(?:<<if|\(if:)\s*\$inventory\s+contains\s+["']([^"']+)["']\s*(?:>>|\)\s*\[)$"""), "item"),
    (re.compile(r"(?:<<if|\(if:)\s*\$(\w+)\s*(?:>=|gte)\s*(\d+)\s*(?:>>|\)\s*\[)$"), "counter"),
)


class _Drafting:
    """One story on its way to a draft. With ``ours``, what an export of ours kept is put back where it belongs."""

    def __init__(self, given: TwineStory, language: str, ours: Returned | None) -> None:
        self.given, self.ours = given, ours
        self.language = ours.story.language if ours else language
        self.notes: list[Note] = []
        self.links = self.macros = self.pictures = self.broken = 0
        self._keys = Names(ours.story.by_key if ours else ())
        self._choices = Names(choice.key for _, choice in ours.story.choices()) if ours else Names()
        self._goals: dict[str, str] = {}
        self._missing: dict[str, str] = {}
        self._there: set[str] = set()

    def note(self, code: str, passage: Passage, es: str, en: str) -> None:
        """Something to look at."""
        self.notes.append(Note(code, passage.name, passage.line, es, en))

    def story(self) -> Story:
        """The draft."""
        passages = self._distinct()
        old = self.ours.matched(passages) if self.ours else {}
        for passage in passages:
            was = old.get(passage.name)
            self._goals[passage.name] = was.key if was else self._keys.fresh(_key(passage.name))
        self._there = set(self._goals.values())
        fragments = []
        for passage in passages:
            made, raw = self._fragment(passage)
            was = old.get(passage.name)
            fragments.append(self.ours.merged(was, made, passage, raw) if self.ours and was else made)
        start = self._goals.get(self.given.begins, "")
        if self.ours:
            self.notes += self.ours.notes(passages, old)
            return self.ours.whole(fragments, start, self.given)
        title = Words({self.language: self.given.name[:200]})
        key = slugify(self.given.name)[:60].strip("-_") or "historia"
        return Story(key, title, start, language=self.language, fragments=tuple(fragments))

    def _distinct(self) -> list[Passage]:
        """The passages, without those that have another's name."""
        kept: dict[str, Passage] = {}
        for passage in self.given.passages:
            if kept.setdefault(passage.name, passage) is not passage:
                self.note("NAR031", passage, "hay otro pasaje con este nombre", "another passage has this name")
        return list(kept.values())

    def _fragment(self, passage: Passage) -> tuple[Fragment, str]:
        """The fragment a passage makes, and its text as it stands there, without links."""
        key = self._goals[passage.name]
        choices, raw = self._links(passage, key)
        text = self._text(passage, raw)
        is_ending = "ending" in passage.tags or not choices
        if not choices and "ending" not in passage.tags:
            self.note("NAR032", passage, "no tiene salidas: queda como final", "it has no ways on: it is an ending now")
        made = Fragment(
            key=key,
            title=Words({self.language: passage.name[:200]}),
            text=Words({self.language: text}) if text else NO_WORDS,
            choices=choices,
            ending=Ending(Words({self.language: passage.name[:200]})) if is_ending else None,
            vip="vip" in passage.tags,
            effects=tags.unlocked(passage.tags),
            checkpoint="checkpoint" in passage.tags,
            tags=tags.kept(passage.tags),
            position=passage.position,
        )
        return made, raw

    def _links(self, passage: Passage, key: str) -> tuple[tuple[Choice, ...], str]:
        """The choices of a passage in their order, and its text without them. The words of a link inside a sentence
        stay; so do the links that are more than a fragment can have."""
        choices: list[Choice] = []
        kept, place, text = [], 0, passage.text
        for found in LINK.finditer(text):
            self.links += 1
            if len(choices) == MOST_CHOICES:
                continue
            condition, before = self._shape(passage, text[place : found.start()])
            label, target = link_parts(found[1])
            place = found.end()
            is_said = is_in_sentence(text[max(0, found.start() - AROUND) : found.start()], text[place : place + AROUND])
            kept += [before, label] if is_said else [before]
            if found[2]:
                self.note("NAR033", passage, f"[{found[2]}] no se ejecuta", f"[{found[2]}] is not run")
            choices.append(self._choice(passage, key, (label, target), condition))
        kept.append(text[place:])
        more = sum(1 for _link in LINK.finditer(text, place))
        if more:
            said = f"{more} enlaces de más quedan en el texto", f"{more} links too many stay in the text"
            self.note("NAR055", passage, *said)
        return tuple(choices), "".join(kept)

    def _choice(self, passage: Passage, key: str, said: tuple[str, str], condition: Condition) -> Choice:
        label, target = said
        name = self._choices.fresh(f"{key[:30]}-{slugify(label)[:24]}".strip("-_"))
        goal = self._goal(passage, target)
        return Choice(name, Words({self.language: label[:LABEL] or "…"}), goal, condition=condition)

    def _goal(self, passage: Passage, target: str) -> str:
        """The key a link leads to. A passage that is not there gets a key that nothing has."""
        if target in self._goals:
            return self._goals[target]
        goal = self.ours.elsewhere.get(target) if self.ours else None
        if goal == BACK or goal in self._there:
            return str(goal)
        self.broken += 1
        self.note("NAR034", passage, f"lleva a «{target}», que no está", f"it leads to “{target}”, which is not there")
        if goal is None and target not in self._missing:
            self._missing[target] = self._keys.fresh(slugify(target)[:60].strip("-_") or "nada")
        return goal or self._missing[target]

    def _shape(self, passage: Passage, before: str) -> tuple[Condition, str]:
        """A condition for the few shapes that have one, and the text before it; otherwise nothing is touched."""
        for pattern, kind in _SHAPES:
            found = pattern.search(before[-200:])
            test = self._test(kind, found, passage) if found else None
            if found and test:
                return Condition((test,)), before[: len(before) - len(found[0])]
        return ALWAYS, before

    def _test(self, kind: str, found: "re.Match[str]", passage: Passage) -> Test | None:
        if kind == "visits":
            return VisitedTest(fragment=self._goals[passage.name], times=max(1, min(10_000, int(found[1][:5]))))
        if kind == "visited":
            target = self._goals.get(found[1])
            return VisitedTest(fragment=target) if target else None
        key = slugify(found[1])[:64]
        if not KEY.match(key):
            return None
        return ItemTest(item=key) if kind == "item" else CounterTest(counter=key, op="at_least", n=int(found[2][:6]))

    def _text(self, passage: Passage, text: str) -> str:
        """Telegram's markup: bold and italic as Twine writes them, everything else as it stands there."""
        left = len(macros(text))
        if left:
            self.macros += left
            self.note("NAR035", passage, f"{left} macros que no se ejecutan", f"{left} macros that are not run")
        pictures = len(_PICTURE.findall(text))
        if pictures:
            self.pictures += pictures
            self.note("NAR036", passage, f"{pictures} imágenes sin traer", f"{pictures} pictures not fetched")
            text = _PICTURE.sub("", text)
        text = re.sub(r"\n{3,}", "\n\n", text).strip()
        said, is_cut = marked(text)
        if is_cut:
            self.note("NAR037", passage, "es larguísimo: se ha cortado", "it is far too long: it was cut")
        elif len(text) > 4096:
            self.note("NAR037", passage, "es más largo que un mensaje", "it is longer than a message")
        return said


def _key(name: str) -> str:
    return slugify(name)[:60].strip("-_") or "pasaje"


def draft(given: TwineStory, *, language: str = "es") -> tuple[Story, Report]:
    """The story as a draft, and what is to be said about it. What an export of ours kept beside is put back; what was
    kept and cannot be is told of. Raises StoryError for what no story can be."""
    notes = [Note("NAR030", "", 0, es, en) for es, en in given.warnings]
    ours = Returned.read(given.data) if given.data else None
    if ours:
        try:
            return _drafted(_Drafting(given, language, ours), notes)
        except StoryError:
            ours = None
    if given.data:
        es = "los datos de YABOT no se entienden: condiciones, efectos y traducciones se pierden"
        en = "YABOT's data cannot be understood: conditions, effects and translations are lost"
        notes.append(Note("NAR050", "", 0, es, en))
    return _drafted(_Drafting(given, language, None), notes)


def _drafted(drafting: _Drafting, notes: list[Note]) -> tuple[Story, Report]:
    story = drafting.story()
    Story.from_json(story.to_json())
    counts = drafting.links, drafting.macros, drafting.pictures, drafting.broken, drafting.given.dropped
    return story, Report(len(story.fragments), *counts, notes=(*notes, *drafting.notes))
