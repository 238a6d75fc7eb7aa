"""Twine's files: passages are fragments, links are choices, nothing is run."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from narrative.exchange import ExchangeError, read_any
from narrative.exchange.links import link_parts
from narrative.story.reading import StoryError
from tests.narrative.files import growth, only
from yabot.core.telegram import markup


def test_links_of_every_kind_are_choices_in_their_order() -> None:
    made = only(
        ":: Inicio\nHola. [[Fin]] [[Ir->Fin]] [[Fin<-Atrás]] [[Otra|Fin]] [[Fin][$x = 1]]\n\n:: Fin\nAdiós"
    ).story
    first = made.fragments[0]
    assert [one.label.in_("es") for one in first.choices] == ["Fin", "Ir", "Atrás", "Otra", "Fin"]
    assert {one.target for one in first.choices} == {"fin"}
    assert len({one.key for one in first.choices}) == 5
    assert first.text.in_("es") == "Hola."
    assert made.start == "inicio"


@pytest.mark.parametrize(
    ("inside", "parts"),
    [("a", ("a", "a")), ("a->b->c", ("a->b", "c")), ("c<-b<-a", ("b<-a", "c")), ("a|b", ("a", "b"))],
)
def test_a_link_is_read_as_the_specification_says(inside: str, parts: tuple[str, str]) -> None:
    assert link_parts(inside) == parts


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("Ves una [[puerta->b]].", "Ves una puerta."),
        ("Ve a la [[cocina->b]]", "Ve a la cocina"),
        ("Elige entre [[norte->b]] y [[sur->b]]", "Elige entre norte y sur"),
        ("Elige:\n[[Norte->b]]\n- [[Sur->b]]", "Elige:\n\n-"),
        ("Es de noche. [[Dormir->b]] [[Salir->b]]", "Es de noche."),
        ("<<if $x>>[[Dormir->b]]<</if>>", "<<if $x>><</if>>"),
    ],
)
def test_the_words_of_a_link_inside_a_sentence_stay(written: str, text: str) -> None:
    made = only(f":: a\n{written}\n\n:: b\nFin.").story.by_key["a"]
    assert markup.parse(made.text.in_("es")).text.strip() == text


def test_links_that_are_too_many_stay_in_the_text_and_are_told_of() -> None:
    brought = only(":: a\n" + "[[b]]\n" * 53 + "\n:: b\nFin")
    made = brought.story.by_key["a"]
    assert (len(made.choices), brought.report.links, made.text.in_("es").count("[[b]]")) == (50, 53, 3)
    assert "a:1: 3 enlaces de más quedan en el texto" in [note.sentence("es") for note in brought.report.notes]


def test_a_link_to_a_passage_that_is_not_there_leads_nowhere() -> None:
    made = only(":: a\n[[Fín]]\n[[Fín]]\n[[fin]]\n\n:: fin\nAdiós").story.by_key["a"]
    assert [one.target for one in made.choices] == ["fin-2", "fin-2", "fin"]


@pytest.mark.parametrize("letter", ["a", "&", "<"])
def test_a_text_that_is_far_too_long_is_cut_as_little_as_it_must(letter: str) -> None:
    brought = only(f":: a\n{letter * 20_000}\n[[a]]")
    said = brought.story.by_key["a"].text.in_("es")
    assert 15_900 < len(said) <= 16_000
    assert set(markup.parse(said, 20_000).text) == {letter}
    assert "NAR037" in [note.code for note in brought.report.notes]


def test_line_ends_of_any_kind_are_line_ends() -> None:
    for end in ("\n", "\r\n", "\r"):
        made = only(end.join((":: a", "Uno", "[[b]]", "", ":: b", "Dos"))).story
        assert [(one.key, len(one.choices)) for one in made.fragments] == [("a", 1), ("b", 0)]


def test_letters_that_change_their_length_move_nothing() -> None:
    html = f'{"İ" * 40}<TW-StoryData name="İİ"><tw-passagedata pid="1" name="İstanbul">[[İ]]</tw-passagedata>'
    html += '<tw-passagedata pid="2" name="İ">Fin.</tw-passagedata></tw-storydata>'
    made = only(html, "x.html").story
    assert [one.title.in_("es") for one in made.fragments] == ["İstanbul", "İ"]
    assert made.fragments[0].choices[0].target == made.fragments[1].key


def test_what_cannot_be_stored_is_replaced() -> None:
    given = {
        "name": "a\ud800",
        "passages": [{"name": "\0", "text": "[[\0]]\ud800", "tags": 5}, {"name": "b", "tags": ["", 3]}],
    }
    made = only(json.dumps(given), "x.json").story
    assert made.title.in_("es") == "a\ufffd"
    assert made.fragments[0].text.in_("es") == "\ufffd\ufffd"
    assert made.fragments[0].choices[0].target == made.fragments[0].key
    assert made.fragments[1].tags == ("3",)


@pytest.mark.parametrize(
    "write",
    [
        lambda n: ":: a\n" + "[[a]]" * n,
        lambda n: "".join(f":: a{number}\n" + "[[a1]]" * 40 + "\n" for number in range(n // 50)),
        lambda n: "".join(f":: 中{chr(0x4E00 + number)}\nFin\n" for number in range(min(n // 4, 5_000))),
        lambda n: ":: a\n" + "(if:" * n,
        lambda n: ":: a\n" + "<img " * n,
        lambda n: ":: a\n" + "<<x " * n + "[[" * n,
    ],
    ids=["one link", "same links", "names without letters", "Harlowe", "pictures", "SugarCube"],
)
def test_a_file_four_times_as_long_takes_about_four_times_as_long(write: Callable[[int], str]) -> None:
    assert growth(lambda n: write(n).encode(), lambda data: read_any(data), 5_000) < 9


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
    made = only(f":: a\nHola. {before}[[b]]\n\n:: b\n[[a]]").story
    assert made.by_key["a"].choices[0].condition.to_text() == condition
    assert made.by_key["a"].text.in_("es") == "Hola."


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
