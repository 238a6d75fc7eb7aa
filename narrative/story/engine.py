"""What a reader sees where they stand, and what a choice makes of it: the same in the bot and in the play-test."""

from collections import ChainMap
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import cast

from narrative.errors import ChoiceClosed, ChoiceGone, Said
from narrative.story.content import BACK, Choice, Fragment, Story
from narrative.story.effects import ClearFlag, Count, Effect, GiveBesitos, GiveItem, SetFlag, TakeItem, UnlockHint
from narrative.story.reading import Words
from narrative.story.state import State, plus
from yabot.core.conditions import BesitosTest, Condition, Facts

ONWARD = "-"  # the key of the way on when every choice is closed
_ONWARD_LABEL = Words({"es": "Seguir", "en": "Go on"})
_TAKEN = {"es": "Esto ya lo elegiste.", "en": "You have chosen this already."}
_VIP_ONLY = {"es": "Este capítulo es solo para VIP.", "en": "This chapter is for VIPs only."}
_UNKNOWN = {"es": "No lo sé ahora.", "en": "I cannot tell right now."}
NOTHING, OUTSIDE = Facts(), State()
_NO_WAY_BACK = {"es": "Aquí no hay vuelta atrás.", "en": "There is no way back from here."}
_ELSEWHERE = {"es": "No se está donde se elige.", "en": "This is chosen somewhere else."}
_UNWRITTEN = {"es": "Todavía no está escrito.", "en": "This is not written yet."}


@dataclass(frozen=True, slots=True)
class Option:
    """A choice as this reader finds it; ``reasons`` is empty when it is open."""

    choice: Choice
    target: str
    reasons: Said

    @property
    def is_open(self) -> bool:
        """Whether it can be taken."""
        return not self.reasons


@dataclass(frozen=True, slots=True)
class Scene:
    """A fragment as this reader finds it. ``gate`` says why they may not read it; then there are no options."""

    fragment: Fragment
    text: Words
    options: tuple[Option, ...] = ()
    gate: Said | None = None
    variant: int = 0  # which text it is: the fragment's own, its first variant, …

    def option(self, key: str) -> Option:
        """The option with this choice. Raises ChoiceGone."""
        found = next((option for option in self.options if option.choice.key == key), None)
        if found is None:
            raise ChoiceGone
        return found


@dataclass(frozen=True, slots=True)
class Deed:
    """An effect that others have to do. The same gift has the same name, however the reader came to it again."""

    effect: Effect
    name: str
    choice: str = ""  # whose effect it is; empty: it belongs to arriving


@dataclass(frozen=True, slots=True)
class Move:
    """What a choice made of the reader, and what others have to do for it."""

    state: State
    choice: Choice
    price: int = 0
    deeds: tuple[Deed, ...] = ()
    ending: str = ""  # reached now, for the first time or again

    @property
    def effects(self) -> tuple[Effect, ...]:
        """What others have to do."""
        return tuple(deed.effect for deed in self.deeds)


def begin(story: Story, facts: Facts = NOTHING, before: State = OUTSIDE) -> Move:
    """The first step into a story; ``before`` is what the reader brings along."""
    state = replace(before, fragment="").went(story.by_key[story.start].key)
    return enter(story, Move(state, way_on(story.start)), facts)


def known(story: Story, state: State, facts: Facts) -> Facts:
    """The facts, with the story's own."""
    return replace(
        facts,
        visited=state.visited,
        chosen=state.chosen,
        flags=state.flags,
        counters=state.counters,
        names=ChainMap(dict(facts.names), story.names),
    )


def look(story: Story, state: State, facts: Facts) -> Scene:
    """What the reader sees. Raises ChoiceGone when the story has no such fragment any more."""
    fragment = story.by_key.get(state.fragment)
    if fragment is None:
        raise ChoiceGone
    seen = known(story, state, facts)
    gate = closed_gate(fragment, seen)
    if gate:
        return Scene(fragment, fragment.text, gate=gate)
    options = tuple(_options(story, fragment, state, seen))
    if fragment.fallback and not any(option.is_open for option in options):
        options = (*options, Option(way_on(fragment.fallback), fragment.fallback, {}))
    variant = next((n for n, one in enumerate(fragment.variants, start=1) if one.condition.check(seen)), 0)
    text = fragment.variants[variant - 1].text if variant else fragment.text
    return Scene(fragment, text, options, variant=variant)


def weigh(story: Story, state: State, facts: Facts, key: str) -> Option:
    """Any choice of the story as this reader finds it: also a hidden one, behind a gate, or of another fragment.

    Raises ChoiceGone when the story has no such choice.
    """
    scene = look(story, state, facts)
    shown = next((option for option in scene.options if option.choice.key == key), None)
    fragment, choice = next(((part, one) for part, one in story.choices() if one.key == key), (None, None))
    if shown or choice is None:
        return shown or scene.option(key)
    target = _target(choice, state)
    if fragment is not scene.fragment:
        return Option(choice, target, _ELSEWHERE)
    return Option(choice, target, scene.gate or _closed(story, choice, target, state, known(story, state, facts)))


def follow(story: Story, state: State, facts: Facts, key: str) -> Move:
    """Take a choice. Raises ChoiceGone, or ChoiceClosed with what is missing; nothing has happened then."""
    option = look(story, state, facts).option(key)
    if not state.arrived:  # the gate has opened since: they have to go in first
        raise ChoiceGone
    if not option.is_open:
        raise ChoiceClosed(option.reasons)
    return take(story, state, option, facts)


def take(story: Story, state: State, option: Option, facts: Facts) -> Move:
    """Take an option that was just seen to be open, and go in where it leads to, unless the gate there is closed."""
    choice = option.choice
    named = "" if choice.key == ONWARD else choice.key
    moved = state.went_back(choice=named) if choice.target == BACK else state.went(option.target, choice=named)
    move = _with(Move(moved, choice, choice.price), choice.effects, f"choice:{named}", moved.chosen.get(named, 0))
    return enter(story, move, facts)


def enter(story: Story, move: Move, facts: Facts) -> Move:
    """Go into the fragment the move led to, and have done what arriving there does; nothing while its gate is closed.

    ``facts`` are those from before the move. Raises ChoiceGone when the story has no such fragment any more.
    """
    fragment = story.by_key.get(move.state.fragment)
    if fragment is None:
        raise ChoiceGone
    has_gate = fragment.vip or bool(fragment.condition)
    if move.state.arrived or (has_gate and closed_gate(fragment, known(story, move.state, after(facts, move)))):
        return move
    state = move.state.entered()
    inside = _with(
        replace(move, state=state), fragment.effects, f"fragment:{fragment.key}", state.visited[fragment.key]
    )
    if not fragment.ending:
        return inside
    ended = replace(inside.state, endings=inside.state.endings | {fragment.key})
    return replace(inside, state=ended, ending=fragment.key)


def closed_gate(fragment: Fragment, facts: Facts) -> Said | None:
    """Why a fragment cannot be read by this reader, if so."""
    if fragment.vip and "vip" in facts.unknown:
        return _UNKNOWN
    if fragment.vip and not facts.vip:
        return _VIP_ONLY
    if fragment.condition and not fragment.condition.check(facts):
        return _missing(fragment.condition, facts)
    return None


def way_on(target: str) -> Choice:
    """The way that is no choice: on, when every choice is closed."""
    return Choice(key=ONWARD, label=_ONWARD_LABEL, target=target)


def _options(story: Story, fragment: Fragment, state: State, facts: Facts) -> Iterable[Option]:
    for choice in fragment.choices:
        target = _target(choice, state)
        reasons = _closed(story, choice, target, state, facts)
        if not reasons or choice.locked == "show":
            yield Option(choice, target, reasons)


def _target(choice: Choice, state: State) -> str:
    return state.way[-1] if choice.target == BACK and state.way else choice.target


def _closed(story: Story, choice: Choice, target: str, state: State, facts: Facts) -> Said:
    """Why a choice cannot be taken, in both languages; empty when it can."""
    once, visit = choice.repeat == "once", choice.repeat == "visit"
    if (once and state.chosen.get(choice.key)) or (visit and choice.key in state.here):
        return _TAKEN
    if target not in story.by_key:
        return _NO_WAY_BACK if choice.target == BACK else _UNWRITTEN
    if not choice.condition.check(facts):
        return _missing(choice.condition, facts)
    if choice.price and "besitos" in facts.unknown:
        return _UNKNOWN
    if facts.besitos < choice.price:
        return _missing(Condition((BesitosTest(at_least=choice.price),)), facts)
    return {}


def _missing(condition: Condition, facts: Facts) -> Said:
    return {language: condition.explain(facts, language) for language in ("es", "en")}


def _with(move: Move, effects: Sequence[Effect], place: str, time: int) -> Move:
    """The same move with a place's effects: the story's own are done here, the rest is handed on.

    ``time`` is the how-manieth time it is that the reader is at this place, in this beginning.
    """
    if not effects:
        return move
    state, deeds = move.state, list(move.deeds)
    for number, effect in enumerate(effects):
        if effect.is_own:
            state = _changed(state, effect)
        elif name := _name(move, effect, place, time):
            deeds.append(Deed(effect, f"{name}:effect:{number}", place.partition("choice:")[2]))
    if not move.price and any(effect.is_gift for effect in effects):
        state = replace(state, given={**state.given, place: max(time, state.given.get(place, 0))})
    return replace(move, state=state, deeds=tuple(deeds))


def _name(move: Move, effect: Effect, place: str, time: int) -> str:
    """What makes this deed happen once; empty for a gift that was given the last time the reader came this far.

    What is paid for is delivered, and nobody stands without the key: those belong to the step, and happen again.
    """
    if move.price or not effect.is_gift:
        return f"{move.state.step}:{place}"
    return f"{place}:{time}" if time > move.state.given.get(place, 0) else ""


def _changed(state: State, effect: Effect) -> State:
    """The story's own flags and counters after this effect."""
    if isinstance(effect, SetFlag):
        return replace(state, flags=state.flags | {effect.flag})
    if isinstance(effect, ClearFlag):
        return replace(state, flags=state.flags - {effect.flag})
    if isinstance(effect, Count):
        return replace(state, counters=plus(state.counters, effect.counter, effect.by))
    raise TypeError(f"{effect.kind} is nobody's own")


def after(facts: Facts, move: Move) -> Facts:
    """What a reader has when others have done their part: the page that follows is drawn from it, everywhere."""
    if not move.price and not move.deeds:
        return facts
    besitos, hints = facts.besitos - move.price, set(facts.hints)
    items = cast(dict[str, int], copy(facts.items))  # whoever has plenty still has
    for effect in move.effects:
        if isinstance(effect, GiveBesitos):
            besitos += effect.amount
        elif isinstance(effect, GiveItem):
            items[effect.item] = items.get(effect.item, 0) + effect.count
        elif isinstance(effect, TakeItem):
            items[effect.item] = max(0, items.get(effect.item, 0) - effect.count)
        elif isinstance(effect, UnlockHint):
            hints.add(effect.hint)
    return replace(facts, besitos=besitos, items=items, hints=frozenset(hints))
