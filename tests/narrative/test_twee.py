"""A story goes to Twine as Twee, is changed there or not, and comes back."""

from dataclasses import replace

from hypothesis import given, settings

from narrative.exchange import write_twee
from narrative.story.content import Story
from tests.narrative.files import HOUSE, only
from tests.narrative.stories import any_story


@settings(max_examples=80, deadline=None)
@given(any_story())
def test_a_story_survives_twee(made: Story) -> None:
    assert only(write_twee(made)).story.to_json() == made.to_json()


def test_what_was_changed_in_twine_is_changed_and_the_rest_is_as_it_was() -> None:
    twee = write_twee(HOUSE).replace("Hay <b>dos</b>", "Hay <b>tres</b>").replace("[[Salir->", "[[Correr->")
    twee = twee.replace(":: Sotano", ':: Sotano {"position":"7,8"}')
    back = only(twee).story
    sala = back.by_key["sala"]
    assert sala.text.in_("es") == "Hay <b>tres</b> puertas, {nombre}."
    assert [(one.key, one.label.in_("es")) for one in sala.choices] == [("a-sotano", "Bajar"), ("a-fin", "Correr")]
    assert back.by_key["sotano"] == replace(HOUSE.by_key["sotano"], position=(7, 8))
    assert back.by_key["fin"] == HOUSE.by_key["fin"]


def test_what_was_added_in_twine_joins_the_story() -> None:
    twee = write_twee(HOUSE).replace("[[Bajar->Sotano]]", "[[Bajar->Sotano]]\n[[Subir->Desván]]")
    back = only(f"{twee}\n:: Desván\nPolvo.\n[[Bajar otra vez->Sala]]\n").story
    assert [part.key for part in back.fragments] == ["sala", "sotano", "fin", "desvan"]
    assert [one.target for one in back.by_key["sala"].choices] == ["sotano", "desvan", "fin"]
    assert back.by_key["desvan"].choices[0].target == "sala"


def test_what_was_deleted_in_twine_is_gone() -> None:
    head, _sotano, rest = write_twee(HOUSE).partition(":: Sotano")
    back = only(head + rest[rest.index("::") :]).story
    assert [part.key for part in back.fragments] == ["sala", "fin"]


def test_data_that_was_spoilt_costs_the_data_only() -> None:
    twee = write_twee(HOUSE)
    back = only(twee[: twee.index(":: YabotData")] + ":: YabotData [yabot]\n{spoilt").story
    assert len(back.fragments) == 3
    assert back.by_key["sala"].choices[0].target == "sotano"
