"""A Twine story as a draft: passages are fragments, links are choices. Macros are never run: they stay visible."""

import re
from dataclasses import dataclass

from django.utils.text import slugify

from narrative.exchange.links import LINK, link_parts
from narrative.exchange.twee import DATA, restored
from narrative.exchange.twine import Passage, TwineStory
from narrative.linting.texts import MACRO
from narrative.story.content import ALWAYS, LABEL, MOST_CHOICES, TEXT, Choice, Ending, Fragment, Story
from narrative.story.effects import UnlockHint
from narrative.story.reading import KEY, NO_WORDS, Words
from yabot.core.conditions import Condition, CounterTest, ItemTest, Test, VisitedTest
from yabot.core.telegram import markup

_BOLD = re.compile(r"''([^'\n]{1,2000})''|\*\*([^*\n]{1,2000})\*\*")
_ITALIC = re.compile(r"(?<![:/])//([^/\n]{1,2000})//|(?<![\w*])\*([^*\s][^*\n]{0,2000})\*(?![\w*])")
_PICTURE = re.compile(r"<img\b[^>]{0,1000}>", re.I)
_SHAPES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\(if:\s*visits\s*(?:is|>=|>)\s*(\d+)\s*\)\s*\[$"), "visits"),
    (re.compile(r"""<<if\s+visited\(["']([^"']+)["']\)\s*>>$"""), "visited"),
    (re.compile(r"""(?:<<if|\(if:)\s*\$inventory\s+contains\s+["']([^"']+)["']\s*(?:>>|\)\s*\[)$"""), "item"),
    (re.compile(r"(?:<<if|\(if:)\s*\$(\w+)\s*(?:>=|gte)\s*(\d+)\s*(?:>>|\)\s*\[)$"), "counter"),
)


@dataclass(frozen=True, slots=True)
class Note:
    """Something to look at after an import: a code, the passage and its line (0: unknown), and what it is."""

    code: str
    passage: str
    line: int
    es: str
    en: str

    def sentence(self, language: str) -> str:
        """What it is, and where."""
        said = self.en if language == "en" else self.es
        place = f"{self.passage}:{self.line}" if self.line else self.passage
        return f"{place}: {said}" if place else said


@dataclass(frozen=True, slots=True)
class Report:
    """What an import would make, before anything is made."""

    passages: int = 0
    links: int = 0
    macros: int = 0
    pictures: int = 0
    broken: int = 0
    dropped: int = 0
    notes: tuple[Note, ...] = ()

    def summary(self, language: str) -> str:
        """In one sentence."""
        if language == "en":
            return (
                f"{self.passages} fragments, {self.links} choices, {self.macros} macros, {self.broken} broken links; "
                f"{self.pictures} remote pictures were not fetched, {self.dropped} scripts or styles were left out."
            )
        return (
            f"{self.passages} fragmentos, {self.links} opciones, {self.macros} macros, {self.broken} enlaces rotos; "
            f"{self.pictures} imágenes remotas no se han traído, {self.dropped} guiones o estilos se han dejado fuera."
        )


class _Drafting:
    """One story on its way to a draft."""

    def __init__(self, given: TwineStory, language: str) -> None:
        self.given, self.language = given, language
        self.notes: list[Note] = []
        self.links = self.macros = self.pictures = self.broken = 0
        self.passages = [passage for passage in given.passages if passage.name != DATA]
        self.names = {passage.name for passage in self.passages}
        self.keys: dict[str, str] = {}
        self._taken: set[str] = set()
        self._choices: set[str] = set()

    def note(self, code: str, passage: Passage, es: str, en: str) -> None:
        """Something to look at."""
        self.notes.append(Note(code, passage.name, passage.line, es, en))

    def story(self, key: str) -> Story:
        """The draft."""
        kept, seen = [], set[str]()
        for passage in self.passages:
            if passage.name in seen:
                self.note("NAR031", passage, "hay otro pasaje con este nombre", "another passage has this name")
                continue
            seen.add(passage.name)
            self.keys[passage.name] = self._key(passage.name)
            kept.append(passage)
        fragments = tuple(self._fragment(passage) for passage in kept)
        start = self.keys.get(self.given.start, fragments[0].key if fragments else "")
        title = Words({self.language: self.given.name[:200] or "Twine"})
        return Story(key, title, start, language=self.language, fragments=fragments)

    def _key(self, name: str) -> str:
        base = slugify(name)[:56].strip("-_") or "pasaje"
        key, number = base, 2
        while key in self._taken:
            key, number = f"{base}-{number}", number + 1
        self._taken.add(key)
        return key

    def _fragment(self, passage: Passage) -> Fragment:
        key, tags = self.keys[passage.name], passage.tags
        choices, text = self._links(passage, key)
        text = self._text(passage, text)
        is_ending = "ending" in tags or not choices
        if not choices and "ending" not in tags:
            self.note("NAR032", passage, "no tiene salidas: queda como final", "it has no ways on: it is an ending now")
        hints = [tag[5:].lower() for tag in tags if tag.startswith("hint-") and KEY.match(tag[5:].lower())]
        return Fragment(
            key=key,
            title=Words({self.language: passage.name[:200]}),
            text=Words({self.language: text}) if text else NO_WORDS,
            choices=choices,
            ending=Ending(Words({self.language: passage.name[:200]})) if is_ending else None,
            vip="vip" in tags,
            effects=tuple(UnlockHint(hint) for hint in hints[:12]),
            checkpoint="checkpoint" in tags,
            tags=tuple(dict.fromkeys(tag[:64] for tag in tags))[:50],
            position=passage.position,
        )

    def _links(self, passage: Passage, key: str) -> tuple[tuple[Choice, ...], str]:
        """The choices of a passage in their order, and its text without them."""
        choices: list[Choice] = []
        kept, place = [], 0
        for found in LINK.finditer(passage.text):
            before = passage.text[place : found.start()]
            condition, before = self._shape(passage, before)
            kept.append(before)
            place = found.end()
            self.links += 1
            label, target = link_parts(found[1])
            if found[2]:
                self.note("NAR033", passage, f"[{found[2]}] no se ejecuta", f"[{found[2]}] is not run")
            choice = self._choice(passage, key, (label, target), condition)
            if choice and len(choices) < MOST_CHOICES:
                choices.append(choice)
        kept.append(passage.text[place:])
        return tuple(choices), "".join(kept)

    def _choice(self, passage: Passage, key: str, said: tuple[str, str], condition: Condition) -> Choice | None:
        label, target = said
        if target not in self.names:
            self.broken += 1
            self.note(
                "NAR034", passage, f"lleva a «{target}», que no está", f"it leads to “{target}”, which is not there"
            )
        name = self._choice_key(key, label)
        goal = self.keys.get(target) or slugify(target)[:60].strip("-_") or "nada"
        return Choice(name, Words({self.language: label[:LABEL] or "…"}), goal, condition=condition)

    def _choice_key(self, key: str, label: str) -> str:
        base = f"{key[:30]}-{slugify(label)[:24]}".strip("-_")
        name, number = base, 2
        while name in self._choices:
            name, number = f"{base}-{number}", number + 1
        self._choices.add(name)
        return name

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
            return VisitedTest(fragment=self.keys[passage.name], times=max(1, min(10_000, int(found[1][:5]))))
        if kind == "visited":
            target = self.keys.get(found[1])
            return VisitedTest(fragment=target) if target else None
        key = slugify(found[1])[:64]
        if not KEY.match(key):
            return None
        return ItemTest(item=key) if kind == "item" else CounterTest(counter=key, op="at_least", n=int(found[2][:6]))

    def _text(self, passage: Passage, text: str) -> str:
        """Telegram's markup: bold and italic as Twine writes them, everything else as it stands there."""
        macros = len(MACRO.findall(text))
        if macros:
            self.macros += macros
            said = f"{macros} macros que no se ejecutan", f"{macros} macros that are not run"
            self.note("NAR035", passage, *said)
        pictures = len(_PICTURE.findall(text))
        if pictures:
            self.pictures += pictures
            self.note("NAR036", passage, f"{pictures} imágenes sin traer", f"{pictures} pictures not fetched")
            text = _PICTURE.sub("", text)
        text = _marked(re.sub(r"\n{3,}", "\n\n", text).strip())
        if len(text) > TEXT:
            self.note("NAR037", passage, "es larguísimo: se ha cortado", "it is far too long: it was cut")
            text = markup.escape(text[: TEXT // 2])
        elif len(text) > 4096:
            self.note("NAR037", passage, "es más largo que un mensaje", "it is longer than a message")
        return text


def _marked(text: str) -> str:
    escaped = markup.escape(text)
    bold = _BOLD.sub(lambda found: f"<b>{found[1] or found[2]}</b>", escaped)
    both = _ITALIC.sub(lambda found: f"<i>{found[1] or found[2]}</i>", bold)
    return both if not markup.check(both, 10**6) else escaped


def draft(given: TwineStory, *, key: str = "", language: str = "es") -> tuple[Story, Report]:
    """The story as a draft, and what is to be said about it. What an export of ours kept beside is put back."""
    drafting = _Drafting(given, language)
    story = drafting.story(key or slugify(given.name)[:60].strip("-_") or "historia")
    data = next((passage.text for passage in given.passages if passage.name == DATA), "")
    if data:
        story = restored(given, story, data, drafting.keys)
    notes = [*(Note("NAR030", "", 0, es, en) for es, en in given.warnings), *drafting.notes]
    report = Report(
        len(story.fragments),
        drafting.links,
        drafting.macros,
        drafting.pictures,
        drafting.broken,
        given.dropped,
        tuple(notes),
    )
    return story, report
