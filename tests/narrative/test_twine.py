"""Twine's files: passages are fragments, links are choices, nothing is run."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from narrative.exchange import ExchangeError, read_any
from narrative.exchange.links import link_parts
from narrative.story.reading import StoryError
from tests.narrative.files import only
from yabot.core.telegram import markup


def test_links_of_every_kind_are_choices_in_their_order() -> None:
    made = only(
        ":: Inicio\nHola [[Fin]] [[Ir->Fin]] [[Fin<-Atrás]] [[Otra|Fin]] [[Fin][$x = 1]]\n\n:: Fin\nAdiós"
    ).story
    first = made.fragments[0]
    assert [one.label.in_("es") for one in first.choices] == ["Fin", "Ir", "Atrás", "Otra", "Fin"]
    assert {one.target for one in first.choices} == {"fin"}
    assert len({one.key for one in first.choices}) == 5
    assert first.text.in_("es") == "Hola"
    assert made.start == "inicio"


@pytest.mark.parametrize(
    ("inside", "parts"),
    [("a", ("a", "a")), ("a->b->c", ("a->b", "c")), ("c<-b<-a", ("b<-a", "c")), ("a|b", ("a", "b"))],
)
def test_a_link_is_read_as_the_specification_says(inside: str, parts: tuple[str, str]) -> None:
    assert link_parts(inside) == parts


def test_tags_that_mean_something_are_understood() -> None:
    made = only(':: a [vip hint-mapa checkpoint otro] {"position":"10,20"}\n[[b]]\n\n:: b [ending]\nFin').story
    first, last = made.fragments
    assert (first.vip, first.checkpoint, first.position) == (True, True, (10, 20))
    assert [effect.to_text() for effect in first.effects] == ["unlock_hint mapa"]
    assert last.ending is not None


def test_markup_of_twine_is_ours_and_everything_else_is_text() -> None:
    brought = only(":: a\n''uno'' **dos** //tres// *cuatro* <script>alert(1)</script> 2 < 3 http://x.es//y\n[[a]]")
    shown = markup.parse(brought.story.fragments[0].text.in_("es"))
    assert shown.text == "uno dos tres cuatro <script>alert(1)</script> 2 < 3 http://x.es//y"
    assert [entity.type for entity in shown.entities] == ["bold", "bold", "italic", "italic"]


def test_macros_are_never_run_and_named() -> None:
    brought = only(":: a\n<<set $x to 1>>Hola (if: $x is 1)[sí]\n[[a]]")
    assert brought.report.macros == 2
    assert "&lt;&lt;set $x to 1&gt;&gt;Hola" in brought.story.fragments[0].text.in_("es")
    assert [note.code for note in brought.report.notes] == ["NAR035"]


@pytest.mark.parametrize(
    ("before", "condition"),
    [
        ("(if: visits >= 2)[", "visited a 2"),
        ('<<if visited("b")>>', "visited b 1"),
        ('<<if $inventory contains "Llave">>', "item llave 1"),
        ("<<if $valor gte 3>>", "counter valor >= 3"),
    ],
)
def test_a_few_shapes_become_conditions(before: str, condition: str) -> None:
    made = only(f":: a\nHola {before}[[b]]\n\n:: b\n[[a]]").story
    assert made.by_key["a"].choices[0].condition.to_text() == condition
    assert made.by_key["a"].text.in_("es") == "Hola"


def test_what_has_no_way_on_is_an_ending_that_somebody_should_look_at() -> None:
    brought = only(":: a\n[[b]] [[nada]]\n\n:: b\nFin\n\n:: b\nOtra vez")
    assert brought.story.by_key["b"].ending is not None
    assert brought.report.broken == 1
    assert sorted(note.code for note in brought.report.notes) == ["NAR031", "NAR032", "NAR034"]
    assert brought.report.notes[0].sentence("es") == "b:7: hay otro pasaje con este nombre"


def test_bad_metadata_is_told_of_and_left_out() -> None:
    brought = only(":: StoryData\n{no}\n\n:: a {bad\n[[a]]")
    assert brought.story.by_key["a"].position is None
    assert [note.code for note in brought.report.notes] == ["NAR030", "NAR030"]


def test_a_backslash_takes_a_character_as_it_is() -> None:
    assert only(":: a \\[b\\] \\{c\\}\n[[x]]").story.fragments[0].title.in_("es") == "a [b] {c}"


def test_scripts_and_styles_are_left_out_and_counted() -> None:
    brought = only(":: a\n[[a]]\n\n:: S [script]\nalert(1)\n\n:: T [stylesheet]\nb {}")
    assert (brought.report.dropped, [part.key for part in brought.story.fragments]) == (2, ["a"])


def test_an_archive_is_several_stories() -> None:
    one = '<tw-storydata name="{}" startnode="2"><tw-passagedata pid="1" name="z">Z</tw-passagedata>'
    one += '<tw-passagedata pid="2" name="a" tags="vip" position="5,6">[[z]]</tw-passagedata></tw-storydata>'
    brought = read_any((one.format("Uno") + one.format("Dos")).encode(), "archive.html")
    assert [each.story.title.in_("es") for each in brought] == ["Uno", "Dos"]
    assert [each.story.start for each in brought] == ["a", "a"]
    assert brought[0].story.by_key["a"].position == (5, 6)


def test_twines_json_is_read() -> None:
    given = {
        "name": "Casa",
        "startnode": "2",
        "passages": [
            {"pid": "1", "name": "Fin", "text": "Adiós", "tags": ["ending"]},
            {"pid": "2", "name": "Inicio", "text": "[[Fin]]", "position": {"x": 1}, "metadata": {"position": "3,4"}},
        ],
    }
    made = only(json.dumps(given), "x.json").story
    assert (made.start, len(made.fragments)) == ("inicio", 2)


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=300))
def test_any_text_at_all_is_read_or_refused(text: str) -> None:
    for name in ("x.twee", "x.html", "x.json"):
        try:
            for brought in read_any(f":: a\n{text}".encode(), name):
                for part in brought.story.fragments:
                    assert not markup.check(part.text.in_("es"), 10**6)
        except (ExchangeError, StoryError) as refused:
            assert refused.sentence("es")
