"""What a reader sees and what a choice does: without a database, for any story."""

import json
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from narrative.errors import ChoiceClosed, ChoiceGone
from narrative.story import engine
from narrative.story.content import BACK, Story, Variant
from narrative.story.effects import ClearFlag, Count, GiveBesitos, GiveItem, SendLetter, SetFlag, TakeItem, UnlockHint
from narrative.story.engine import Deed
from narrative.story.state import State
from tests.narrative.stories import any_story, choice, ending, fragment, story, words
from yabot.core.conditions import Condition, Facts

NOBODY = Facts()
when = Condition.from_text


def walked(played: Story, *keys: str, facts: Facts = NOBODY) -> State:
    """Where these choices lead from the start."""
    state = engine.begin(played).state
    for key in keys:
        state = engine.follow(played, state, facts, key).state
    return state


def options(played: Story, state: State, facts: Facts = NOBODY) -> dict[str, str]:
    """The choices that are shown, each with why it is locked."""
    return {option.choice.key: option.reasons.get("es", "") for option in engine.look(played, state, facts).options}


def test_a_story_begins_at_its_start():
    played = story(fragment("sala", choice("fin")), ending("fin"))

    scene = engine.look(played, engine.begin(played).state, NOBODY)

    assert scene.fragment.key == "sala"
    assert scene.text.in_("es") == "Estás en sala."
    assert options(played, walked(played)) == {"a-fin": ""}


def test_a_choice_leads_to_its_target_and_is_remembered():
    played = story(fragment("sala", choice("sotano")), fragment("sotano", choice("sala")))

    state = walked(played, "a-sotano", "a-sala")

    assert (state.fragment, state.step) == ("sala", 3)
    assert state.visited == {"sala": 2, "sotano": 1}
    assert state.chosen == {"a-sotano": 1, "a-sala": 1}


def test_a_locked_choice_says_why_and_changes_nothing():
    played = story(fragment("sala", choice("fin", condition=when("item llave; vip"))), ending("fin"))
    state = walked(played)

    assert options(played, state) == {"a-fin": "Necesitas: llave. Es solo para VIP."}
    with pytest.raises(ChoiceClosed) as closed:
        engine.follow(played, state, NOBODY, "a-fin")
    assert closed.value.sentence("es") == "Necesitas: llave. Es solo para VIP."
    assert closed.value.sentence("en") == "You need: llave. This is for VIPs only."

    rich = Facts(items={"llave": 1}, vip=True)
    assert engine.follow(played, state, rich, "a-fin").ending == "fin"


def test_a_hidden_choice_is_not_there_while_it_is_locked():
    played = story(fragment("sala", choice("fin", condition=when("vip"), locked="hide")), ending("fin"))

    assert options(played, walked(played)) == {}
    with pytest.raises(ChoiceGone):
        engine.follow(played, walked(played), NOBODY, "a-fin")
    assert options(played, walked(played), Facts(vip=True)) == {"a-fin": ""}


def test_a_choice_of_another_fragment_is_gone():
    played = story(fragment("sala", choice("sotano")), fragment("sotano", choice("sala")))

    with pytest.raises(ChoiceGone) as gone:
        engine.follow(played, walked(played, "a-sotano"), NOBODY, "a-sotano")
    assert gone.value.sentence("es") == "Ese botón es de otro momento de la historia."
    assert gone.value.sentence("en") == "That button belongs to another moment of the story."


def test_a_fragment_that_was_deleted_is_gone():
    played = story(fragment("sala"))

    with pytest.raises(ChoiceGone):
        engine.look(played, State(fragment="sotano"), NOBODY)


@pytest.mark.parametrize(
    ("repeat", "there_again", "after_coming_back"),
    [
        ("always", "", ""),
        ("once", "Esto ya lo elegiste.", "Esto ya lo elegiste."),
        ("visit", "Esto ya lo elegiste.", ""),
    ],
)
def test_a_choice_is_open_always_once_or_once_in_a_visit(repeat, there_again, after_coming_back):
    look_around = choice("sala", key="mirar", repeat=repeat)
    played = story(fragment("sala", look_around, choice("sotano")), fragment("sotano", choice("sala")))

    assert options(played, walked(played, "mirar"))["mirar"] == there_again
    assert options(played, walked(played, "mirar", "a-sotano", "a-sala"))["mirar"] == after_coming_back


def test_a_price_is_asked_and_handed_on():
    played = story(fragment("sala", choice("fin", price=20)), ending("fin"))
    state = walked(played)

    assert options(played, state, Facts(besitos=15)) == {"a-fin": "Te faltan 5 besitos."}
    assert options(played, state, Facts(besitos=15, unknown=frozenset({"besitos"}))) == {"a-fin": "No lo sé ahora."}
    move = engine.follow(played, state, Facts(besitos=20), "a-fin")
    assert move.price == 20
    assert engine.after(Facts(besitos=20), move).besitos == 0


def test_effects_of_the_choice_come_before_those_of_the_arrival():
    there = choice("sotano", effects=(SetFlag("valiente"), Count("pasos", 2), GiveItem("vela", 2), SendLetter("carta")))
    down = fragment("sotano", effects=(ClearFlag("valiente"), Count("pasos", 1), TakeItem("vela", 1), UnlockHint("h")))
    played = story(fragment("sala", there), down)

    move = engine.follow(played, walked(played), NOBODY, "a-sotano")

    assert move.state.flags == frozenset()
    assert move.state.counters == {"pasos": 3}
    assert [effect.kind for effect in move.effects] == ["give_item", "send_letter", "take_item", "unlock_hint"]
    has = engine.after(Facts(besitos=1), replace(move, deeds=(*move.deeds, Deed(GiveBesitos(4), "more"))))
    assert (has.items, has.hints, has.besitos) == ({"vela": 1}, {"h"}, 5)


def test_effects_of_the_start_happen_at_the_beginning():
    played = story(fragment("sala", effects=(SetFlag("dentro"), GiveBesitos(3))))

    move = engine.begin(played)

    assert move.state.flags == {"dentro"}
    assert move.effects == (GiveBesitos(3),)


def test_the_storys_own_facts_open_its_choices():
    look_around = choice("sala", key="mirar", effects=(SetFlag("luz"), Count("valor", 2)))
    leave = choice("fin", condition=when("flag luz; counter valor >= 4; visited sala 3; chose mirar"))
    played = story(fragment("sala", look_around, leave), ending("fin"))

    assert options(played, walked(played, "mirar"))["a-fin"]
    assert not options(played, walked(played, "mirar", "mirar"))["a-fin"]


def test_the_first_variant_that_fits_is_the_text():
    variants = (Variant(when("flag luz"), words("Hay luz.")), Variant(when("vip"), words("Bienvenida, VIP.")))
    played = story(fragment("sala", choice("sala", key="encender", effects=(SetFlag("luz"),)), variants=variants))

    def text(*keys, facts=NOBODY):
        return engine.look(played, walked(played, *keys), facts).text.in_("es")

    assert text() == "Estás en sala."
    assert text(facts=Facts(vip=True)) == "Bienvenida, VIP."
    assert text("encender", facts=Facts(vip=True)) == "Hay luz."


def test_when_every_choice_is_closed_the_fallback_leads_on():
    played = story(
        fragment("sala", choice("fin", condition=when("vip")), fallback="calle"), fragment("calle"), ending("fin")
    )
    state = walked(played)

    assert options(played, state) == {"a-fin": "Es solo para VIP.", engine.ONWARD: ""}
    assert engine.ONWARD not in options(played, state, Facts(vip=True))
    move = engine.follow(played, state, NOBODY, engine.ONWARD)
    assert move.state.fragment == "calle"
    assert move.state.chosen == {}


def test_back_leads_to_where_the_reader_came_from():
    mirror = fragment("espejo", choice(BACK, key="volver"))
    played = story(
        fragment("sala", choice("espejo"), choice("patio")), fragment("patio", choice("espejo", key="otro")), mirror
    )

    assert walked(played, "a-espejo", "volver").fragment == "sala"
    back = walked(played, "a-patio", "otro", "volver")
    assert (back.fragment, back.way) == ("patio", ("sala",))
    assert options(story(mirror), walked(story(mirror))) == {"volver": "Aquí no hay vuelta atrás."}


def test_a_choice_to_what_nobody_has_written_says_so():
    played = story(fragment("sala", choice("desvan")))
    assert options(played, walked(played)) == {"a-desvan": "Todavía no está escrito."}


@pytest.mark.parametrize(
    ("facts", "gate"),
    [
        (Facts(), "Este capítulo es solo para VIP."),
        (Facts(unknown=frozenset({"vip"})), "No lo sé ahora."),
        (Facts(vip=True), "Te falta la pista «h»."),
    ],
)
def test_a_gate_says_why_and_lets_nobody_on(facts, gate):
    played = story(fragment("sala", choice("fin"), vip=True, condition=when("hint h")), ending("fin"))

    scene = engine.look(played, walked(played), facts)

    assert scene.gate["es"] == gate
    assert scene.options == ()
    assert not engine.look(played, walked(played), Facts(vip=True, hints=frozenset({"h"}))).gate


def test_endings_are_collected():
    played = story(fragment("sala", choice("mar"), choice("monte")), ending("mar"), ending("monte"))

    assert walked(played, "a-mar").endings == {"mar"}
    assert engine.follow(played, walked(played), NOBODY, "a-mar").ending == "mar"
    assert [found.key for found in played.endings] == ["mar", "monte"]


@given(any_story(), st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_any_walk_through_any_story_keeps_its_state_whole(played, seed):
    dice = random.Random(seed)
    facts = Facts(besitos=10**6, vip=bool(seed % 2), items={"a": 10}, hints=frozenset("abc"))
    move = engine.begin(played, facts)

    for step in range(2, 12):
        facts = engine.after(facts, move)
        state = State.from_json(json.loads(json.dumps(move.state.to_json())))
        assert state == move.state
        scene = engine.look(played, state, facts)
        assert scene == engine.look(played, state, facts)
        opened = [option for option in scene.options if option.is_open]
        if not opened:
            break
        option = dice.choice(opened)
        move = engine.follow(played, state, facts, option.choice.key)
        assert move.state.step == step
        assert move.state.fragment == option.target
        assert sum(move.state.visited.values()) == step - (not move.state.arrived)
        assert facts.besitos >= move.price


@given(any_story())
@settings(max_examples=40, deadline=None)
def test_no_closed_choice_can_be_taken_and_none_is_closed_without_a_reason(played):
    state = engine.begin(played).state

    for option in engine.look(played, state, NOBODY).options:
        if option.is_open:
            engine.follow(played, state, NOBODY, option.choice.key)
        else:
            assert all(option.reasons[language] for language in ("es", "en"))
            with pytest.raises(ChoiceClosed):
                engine.follow(played, state, NOBODY, option.choice.key)
