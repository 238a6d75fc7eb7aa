"""A story's JSON: read without loss, refused with the place of the mistake."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from narrative.story.content import Story
from narrative.story.effects import Effect, effects_from_text, effects_to_text, read_effects
from narrative.story.reading import StoryError, Words
from tests.narrative.stories import EFFECTS, EFFECTS_OF, any_story, choice, ending, fragment, story
from yabot.core.conditions import Ref


@given(any_story())
@settings(max_examples=40, deadline=None)
def test_any_story_survives_being_stored(given_story):
    stored = json.loads(json.dumps(given_story.to_json()))

    assert Story.from_json(stored) == given_story
    assert Story.from_json(stored).to_json() == stored


def changed(path, value):
    """A small good story with one thing changed."""
    made = story(fragment("sala", choice("fin"), text="Hola"), ending("fin")).to_json()
    *way, last = path
    place = made
    for step in way:
        place = place[step]
    place[last] = value
    return made


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (("schema",), 2, "schema: solo se conoce el 1"),
        (("key",), "La Casa", "key: debe ser una clave: minúsculas, cifras, - y _, hasta 64"),
        (("title",), "La casa", "title: debe ser un texto por idioma"),
        (("title",), {"es": "x" * 201}, "title.es: debe ser un texto de hasta 200 letras"),
        (("surprise",), 1, "surprise: no se conoce"),
        (("fragments",), {}, "fragments: debe ser una lista de hasta 5000"),
        (("fragments", 1), "fin", "fragments.1: debe ser un objeto"),
        (("fragments", 1, "key"), "sala", "fragments.1.key: la clave «sala» está dos veces"),
        (("fragments", 0, "vip"), "yes", "fragments.0.vip: es sí o no"),
        (("fragments", 0, "position"), [1], "fragments.0.position: debe ser [x, y]"),
        (("fragments", 0, "media"), {"file": "../x"}, "fragments.0.media.file: debe ser una ruta dentro de media/"),
        (("fragments", 0, "tags"), [""], "fragments.0.tags.0: debe ser una etiqueta corta"),
        (("fragments", 0, "choices", 0, "target"), "A b", "fragments.0.choices.0.target: debe ser una clave"),
        (("fragments", 0, "choices", 0, "price"), -1, "fragments.0.choices.0.price: debe ser un número entre 0"),
        (
            ("fragments", 0, "choices", 0, "locked"),
            "maybe",
            "fragments.0.choices.0.locked: debe ser uno de: show, hide",
        ),
        (
            ("fragments", 0, "choices", 0, "condition"),
            {"all": [{"is": "wish"}]},
            "fragments.0.choices.0.condition: Fila 1: no existe la prueba «wish»",
        ),
        (
            ("fragments", 0, "choices", 0, "effects"),
            [{"do": "burn"}],
            "fragments.0.choices.0.effects.0: no existe el efecto «burn»",
        ),
        (
            ("fragments", 0, "effects"),
            [{"do": "count", "counter": "valor", "by": 0}],
            "fragments.0.effects.0.by: «cuántos» debe ser un número entre -10000 y 10000, no 0",
        ),
        (("fragments", 0, "effects"), [{"do": "set_flag"}], "fragments.0.effects.0.flag: falta poner la marca"),
        (
            ("fragments", 0, "effects"),
            [{"do": "set_flag", "flag": "a", "to": 1}],
            "fragments.0.effects.0.to: no se conoce",
        ),
    ],
)
def test_a_mistake_is_named_with_its_place(path, value, sentence):
    with pytest.raises(StoryError) as refused:
        Story.from_json(changed(path, value))

    assert refused.value.sentence("es").startswith(sentence)
    assert refused.value.sentence("en").startswith(sentence.split(": ")[0])
    assert refused.value.code == "NAR010"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(st.sampled_from(["schema", "key", "fragments", "choices", "title", "es"]), inner)
        ),
    )
)
@settings(max_examples=80, deadline=None)
def test_rubbish_is_refused_and_breaks_nothing(rubbish):
    with pytest.raises(StoryError):
        Story.from_json(rubbish)


def test_a_text_falls_back_to_the_storys_language_and_then_to_any():
    said = Words({"es": "Hola", "fr": "Salut"})

    assert (said.in_("fr"), said.in_("en"), said.in_("en", "fr")) == ("Salut", "Hola", "Salut")
    assert Words({"fr": "Salut"}).in_("en") == "Salut"
    assert Words({}).in_("es") == ""


def test_every_effect_says_what_it_does_and_what_it_points_to():
    keys = {"item": "llave", "flag": "f", "counter": "c", "hint": "h", "mission": "m", "letter": "l"}
    numbers = {"count": 2, "amount": 3, "by": -1}
    for name, kind in Effect.known.items():
        row = {"do": name, **{part: (keys | numbers)[part] for part in kind.__slots__ if part in keys | numbers}}
        effect = Effect.read(row, "")
        assert effect.to_json() == row
        assert list(effect.refs()) == ([Ref(kind.refers, keys[kind.refers])] if kind.refers else [])
        assert all(effect.describe(language) for language in ("es", "en"))


@given(st.lists(EFFECTS, max_size=12).map(tuple))
def test_effects_as_rows_and_as_text_are_the_same(effects):
    assert read_effects([effect.to_json() for effect in effects], "") == effects
    assert effects_from_text(effects_to_text(effects)) == effects
    assert effects_from_text(effects_to_text(effects).replace("; ", "\n")) == effects


def test_no_effect_is_forgotten_in_these_stories():
    assert set(EFFECTS_OF) == set(Effect.known.values())
