"""A story goes to Twine as Twee, is changed there or not, and comes back."""

import json
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from narrative.exchange import write_twee
from narrative.exchange.twee import names_of
from narrative.exchange.twine import read_twee
from narrative.story.content import Story
from tests.narrative.files import HOUSE, only
from tests.narrative.stories import any_story, choice, ending, fragment, story, words


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


def codes(twee: str) -> list[str]:
    return [note.code for note in only(twee).report.notes]


def test_each_choice_goes_to_one_link() -> None:
    twee = write_twee(HOUSE).replace("[[Salir->", "[[Saltar->Fin]]\n[[Salir->Fin]]\n[[Correr->")
    sala = only(twee.replace("dos", "tres")).story.by_key["sala"]
    assert [one.label.in_("es") for one in sala.choices] == ["Bajar", "Saltar", "Salir", "Correr"]
    assert [one.key for one in sala.choices if one.key.startswith("a-")] == ["a-sotano", "a-fin"]
    assert sala.choices[2] == HOUSE.by_key["sala"].choices[1]


def test_a_choice_that_was_taken_out_is_gone_also_when_another_is_called_the_same() -> None:
    made = story(fragment("sala", choice("fin", label="Ir"), choice("sala", label="Ir")), ending("fin"))
    back = only(write_twee(made).replace("[[Ir->Sala]]", "")).story
    assert [one.key for one in back.by_key["sala"].choices] == ["a-fin"]


def test_a_new_link_never_takes_the_key_of_another() -> None:
    made = story(fragment("sala", choice("fin", key="sala-correr", label="Salir")), ending("fin"))
    back = only(write_twee(made).replace("[[Salir->Fin]]", "[[Correr->Sala]]\n[[Salir->Fin]]")).story
    assert [one.key for one in back.by_key["sala"].choices] == ["sala-correr-2", "sala-correr"]


def test_a_passage_with_another_name_keeps_everything_else() -> None:
    twee = write_twee(HOUSE).replace(":: Sotano", ":: Bodega").replace("->Sotano]]", "->Bodega]]")
    back = only(twee).story
    assert back.by_key["sotano"] == replace(HOUSE.by_key["sotano"], title=words("Bodega"))
    assert back.by_key["sala"] == HOUSE.by_key["sala"]
    assert codes(twee) == ["NAR051"]


def test_a_new_passage_never_takes_the_key_of_another() -> None:
    made = story(fragment("sala", choice("fin")), replace(ending("fin"), title=words("La calle")))
    twee = write_twee(made).replace("[[A fin->", "[[Acabar->Fin]]\n[[A fin->") + "\n:: Fin\nDe verdad.\n"
    back = only(twee).story
    assert [(part.key, part.title.in_("es")) for part in back.fragments] == [
        ("sala", "Sala"),
        ("fin", "La calle"),
        ("fin-2", "Fin"),
    ]
    assert [one.target for one in back.by_key["sala"].choices] == ["fin-2", "fin"]


def test_tags_that_were_changed_are_changed() -> None:
    made = story(fragment("a", choice("b"), vip=True, tags=("mi casa", "vip")), ending("b"))
    twee = write_twee(made)
    assert ":: A [mi-casa vip]" in twee
    back = only(twee.replace("[mi-casa vip]", "[mi-casa checkpoint otra hint-mapa]")).story.by_key["a"]
    assert (back.vip, back.checkpoint, back.ending) == (False, True, None)
    assert back.tags == ("mi casa", "checkpoint", "otra", "hint-mapa")
    assert [effect.to_text() for effect in back.effects] == ["unlock_hint mapa"]
    assert only(twee.replace(":: B [ending]", ":: B")).story.by_key["b"].ending is None


def test_the_report_says_what_is_new_and_what_is_gone() -> None:
    twee = write_twee(HOUSE).replace("[[Bajar->Sotano]]", "[[Bajar->Desván]]").replace(":: Sotano", ":: Desván")
    twee = twee.replace("[[Volver->", "[[Regresar->")
    assert codes(twee) == ["NAR052", "NAR053"]


@pytest.mark.parametrize("spoil", [{"names": {"A": [1]}}, {"bodies": 5}, {"names": None}, {"story": {}}])
def test_data_of_another_shape_costs_the_data_only(spoil: dict) -> None:
    head, _mark, data = write_twee(HOUSE).partition(":: YabotData [yabot]\n")
    twee = f"{head}:: YabotData [yabot]\n{json.dumps({**json.loads(data), **spoil})}\n"
    assert len(only(twee).story.fragments) == 3
    assert "NAR050" in codes(twee)


# --- anything at all that somebody does in Twine ----------------------------------------------------------------------
@dataclass
class Sheet:
    """A passage as Twine's editor has it."""

    name: str
    text: str
    tags: list[str] = field(default_factory=list)

    def to_twee(self) -> str:
        plain = "".join(f"\\{one}" if one in "[]{}\\" else one for one in self.name)
        return f":: {plain} [{' '.join(self.tags)}]\n{self.text}"


NAMES = st.sampled_from(["Sala", "Fin", "a", "Desván", "nueva", "x-2"]) | st.text("aé 中", min_size=1, max_size=4)
EDITS = st.lists(
    st.tuples(
        st.sampled_from(["rename", "delete", "add", "link", "twice", "text", "tags"]), st.integers(0, 9), NAMES, NAMES
    ),
    max_size=6,
)


def edited(sheets: list[Sheet], edits: list[tuple[str, int, str, str]]) -> list[Sheet]:
    """The passages after somebody has been at them. Twine takes the links along when it renames."""
    for deed, number, name, other in edits:
        if deed == "add" or not sheets:
            sheets.append(Sheet(name.strip() or "x", f"[[{other}]]"))
            continue
        sheet = sheets[number % len(sheets)]
        if deed == "delete":
            sheets.remove(sheet)
        elif deed == "rename" and name.strip() not in {"", *(one.name for one in sheets)}:
            for one in sheets:
                one.text = one.text.replace(f"->{sheet.name}]]", f"->{name.strip()}]]")
            sheet.name = name.strip()
        elif deed == "tags":
            sheet.tags = [tag for tag in ("vip", "ending", "otra") if len(name + tag) % 2]
        else:
            more = {"link": f"\n[[{other}->{name}]]", "twice": f"\n{sheet.text}", "text": f"\n{name}"}
            sheet.text += more.get(deed, "")
    return sheets


@settings(max_examples=100, deadline=None)
@given(any_story(), EDITS)
def test_whatever_is_done_in_twine_no_passage_disappears(made: Story, edits: list[tuple[str, int, str, str]]) -> None:
    was = read_twee(write_twee(made))
    sheets = edited([Sheet(one.name, one.text, list(one.tags)) for one in was.passages], edits)
    twee = "\n\n".join([f":: YabotData\n{was.data}", *(sheet.to_twee() for sheet in sheets)])
    if not sheets:
        return
    back = only(twee).story
    assert Story.from_json(back.to_json()) == back
    assert len(back.fragments) == len({sheet.name for sheet in sheets})
    assert back.key == made.key
    names = {sheet.name for sheet in sheets}
    assert {key for key, name in names_of(made).items() if name in names} <= set(back.by_key)


def test_what_is_kept_beside_the_passages_is_no_passage() -> None:
    full = "".join(f":: p{number}\nFin\n\n" for number in range(5_000))
    assert only(f":: YabotData\n{{}}\n\n{full}").report.passages == 5_000


def test_a_start_that_was_renamed_or_is_gone_is_found() -> None:
    twee = write_twee(HOUSE)
    assert only(twee.replace(":: Sala", ":: Salón")).story.start == "sala"
    assert only(twee.replace('"start": "Sala"', '"start": "Sotano"')).story.start == "sotano"
    head, _sala, rest = twee.partition(":: Sala")
    assert only(head + rest[rest.index(":: Sotano") :]).story.start == "sotano"


def test_a_story_with_another_title_is_called_so() -> None:
    back = only(write_twee(HOUSE).replace(":: StoryTitle\nLa casa", ":: StoryTitle\nLa mansión")).story
    assert (back.key, back.title.in_("es")) == ("casa", "La mansión")


def test_data_that_was_spoilt_costs_the_data_only() -> None:
    twee = write_twee(HOUSE)
    back = only(twee[: twee.index(":: YabotData")] + ":: YabotData [yabot]\n{spoilt").story
    assert len(back.fragments) == 3
    assert back.by_key["sala"].choices[0].target == "sotano"
