"""Stories coming in and going out: nothing is lost, nothing is run, and hostile files are refused with a sentence."""

import io
import json
import os
import pickle
import stat
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings as configured
from hypothesis import given, settings
from hypothesis import strategies as st

from narrative.exchange import (
    Brought,
    Bundle,
    ExchangeError,
    read_any,
    read_bundle,
    translations,
    write_bundle,
    write_twee,
)
from narrative.exchange.links import link_parts
from narrative.exchange.texts import texts
from narrative.story.content import Media, Story
from narrative.story.reading import StoryError
from tests.narrative.stories import any_story, choice, ending, fragment, story, words
from yabot.core.conditions import Condition
from yabot.core.telegram import markup

JPEG = b"\xff\xd8\xff\xe0 a picture"
HOUSE = story(
    fragment(
        "sala", choice("sotano", label="Bajar"), choice("fin", label="Salir"), text="Hay <b>dos</b> puertas, {nombre}."
    ),
    fragment("sotano", choice("<", key="volver", label="Volver", condition=Condition.from_text("item llave"))),
    ending("fin", "La calle", media=Media("casa.jpg", alt=words("La casa"))),
)
REAL = Path(os.environ.get("YABOT_STORIES") or Path(configured.BASE_DIR).parent / "shared" / "stories")


def only(data: bytes | str, name: str = "x.twee") -> Brought:
    (brought,) = read_any(data.encode() if isinstance(data, str) else data, name)
    return brought


def zipped(*entries: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in entries:
            file.writestr(name, data)
    return out.getvalue()


def story_json(made: Story = HOUSE) -> bytes:
    return json.dumps(made.to_json()).encode()


# --- bundles ----------------------------------------------------------------------------------------------------------
@settings(max_examples=60, deadline=None)
@given(
    any_story(), st.dictionaries(st.from_regex(r"[a-z]{1,8}\.jpg", fullmatch=True), st.binary(max_size=50), max_size=3)
)
def test_a_bundle_goes_round_without_a_byte_changed(made: Story, media: dict[str, bytes]) -> None:
    written = write_bundle(Bundle(made, media))
    back = read_bundle(written)
    assert back.story.to_json() == made.to_json()
    assert dict(back.media) == media
    assert write_bundle(back) == written


def test_a_bundle_says_which_files_it_lacks() -> None:
    assert only(write_bundle(Bundle(HOUSE))).bundle.missing == ("casa.jpg",)
    assert only(write_bundle(Bundle(HOUSE, {"casa.jpg": JPEG}))).bundle.missing == ()


LINK = zipfile.ZipInfo("media/link.jpg")
LINK.external_attr = (stat.S_IFLNK | 0o777) << 16


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ([("otra.json", b"{}")], "NAR025"),
        ([("media/a.jpg", b"")], "NAR023"),
        ([("story.json", b"{")], "NAR026"),
        ([("story.json", b"\xff{}")], "NAR022"),
        ([("story.json", b"[" * 60_000)], "NAR026"),
        ([("story.json", b" " * 5_000_001)], "NAR021"),
        ([("story.json", story_json()), ("media/../../etc/passwd", b"x")], "NAR025"),
        ([("story.json", story_json()), ("/media/a.jpg", b"x")], "NAR025"),
        ([("story.json", story_json()), ("media\\a.jpg", b"x")], "NAR025"),
        ([("story.json", story_json()), ("media/C:a.jpg", b"x")], "NAR025"),
        ([("story.json", story_json()), (LINK, b"/etc/passwd")], "NAR025"),
        ([("story.json", story_json()), ("media/a.jpg", b"\0" * 20_000_000)], "NAR021"),
        ([("story.json", story_json()), *((f"media/{n}.jpg", b"") for n in range(2_000))], "NAR021"),
    ],
)
def test_a_hostile_bundle_is_refused_with_a_sentence(entries: list, code: str) -> None:
    with pytest.raises(ExchangeError) as refused:
        read_any(zipped(*entries), "x.zip")
    assert refused.value.code == code
    assert refused.value.sentence("es") and refused.value.sentence("en")


def test_the_same_name_twice_is_refused() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = zipped(("story.json", story_json()), ("media/a.jpg", b"1"), ("media/a.jpg", b"2"))
    with pytest.raises(ExchangeError, match="twice"):
        read_any(data, "x.zip")


def test_a_header_that_lies_about_its_size_gains_nothing() -> None:
    data = bytearray(zipped(("story.json", story_json()), ("media/a.jpg", b"\0" * 30_000_000)))
    central = data.rindex(b"PK\x01\x02")
    data[central + 24 : central + 28] = (100).to_bytes(4, "little")
    with pytest.raises(ExchangeError):
        read_any(bytes(data), "x.zip")


@pytest.mark.parametrize("cut", [10, 40, 200])
def test_a_damaged_zip_is_refused(cut: int) -> None:
    with pytest.raises(ExchangeError):
        read_any(write_bundle(Bundle(HOUSE))[:-cut], "x.zip")


def test_a_story_that_cannot_be_read_says_where() -> None:
    wrong = HOUSE.to_json()
    wrong["fragments"][1]["vip"] = "sí"
    with pytest.raises(StoryError, match=r"fragments\.1\.vip"):
        read_any(json.dumps(wrong).encode(), "story.json")
    with pytest.raises(StoryError, match="schema"):
        read_any(json.dumps({**HOUSE.to_json(), "schema": 2}).encode(), "story.json")


# --- other files that are refused -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"anything", "old.tws", "NAR027"),
        (pickle.dumps({"a": 1}), "story.twee", "NAR027"),
        (b"x" * 5_000_001, "x.twee", "NAR021"),
        (b":: a\nhola \xff", "x.twee", "NAR022"),
        (b"".join(b":: p%d\nx\n\n" % n for n in range(5_001)), "x.twee", "NAR021"),
        (b"nothing at all", "x.txt", "NAR028"),
        (b"", "x.txt", "NAR028"),
        (b"<html><body>no story</body></html>", "x.html", "NAR028"),
        (b"<tw-storydata " * 350_000, "x.html", "NAR028"),
        (b"<tw-storydata name='a'>" + b"<tw-passagedata name=" * 200_000, "x.html", "NAR028"),
        (b'{"passages": 5}', "x.json", None),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_no_story_is_refused_with_a_sentence(data: bytes, name: str, code: str | None) -> None:
    if code is None:
        assert only(data, name).report.passages == 0
        return
    with pytest.raises(ExchangeError) as refused:
        read_any(data, name)
    assert refused.value.code == code


def test_entities_do_not_multiply() -> None:
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    html = f'{laughs}<tw-storydata name="x"><tw-passagedata pid="1" name="a">&b;&b;</tw-passagedata></tw-storydata>'
    text = only(html, "x.html").story.fragments[0].text.in_("es")
    assert markup.parse(text).text == "&b;&b;"


# --- Twine ------------------------------------------------------------------------------------------------------------
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


# --- Twee and back ----------------------------------------------------------------------------------------------------
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


# --- real stories -----------------------------------------------------------------------------------------------------
def real_files() -> list[Path]:
    return sorted(file for file in REAL.glob("tw*/*.*") if file.suffix in {".twee", ".html"})


@pytest.mark.skipif(not real_files(), reason="no real stories beside the project")
def test_real_stories_come_in_whole() -> None:
    stories = {}
    for file in real_files():
        for brought in read_any(file.read_bytes(), file.name):
            stories[file.name, brought.story.title.in_("es")] = brought
            assert brought.report.passages == len(brought.story.fragments) > 0
            assert only(write_twee(brought.story)).story.to_json() == brought.story.to_json()
            assert all(not markup.check(part.text.in_("es"), 10**6) for part in brought.story.fragments)
    toggle = stories["toggle_game_harlowe.html", "The Toggle Game"].report
    assert (toggle.passages, toggle.links, toggle.broken) == (56, 218, 0)
    assert sum(name == "toggle_twine_archive.html" for name, _title in stories) == 10


# --- translations -----------------------------------------------------------------------------------------------------
def test_a_translator_gets_every_text_with_its_state() -> None:
    rows = list(translations.rows(HOUSE, "en", {}))
    assert [text.reference for text, *_ in rows][:4] == ["/title", "sala/title", "sala/text", "sala/choice-a-sotano"]
    assert {state for _, state, *_ in rows} == {"missing"}
    both = replace(HOUSE, title=words("La casa", en="The house"))
    assert next(translations.rows(both, "en", {("", "en"): True}))[1] == "stale"


@pytest.mark.parametrize(
    ("write", "read"), [(translations.write_csv, translations.read_csv), (translations.write_po, translations.read_po)]
)
def test_a_file_for_translators_goes_round(write, read) -> None:
    rows = read(write(HOUSE, "en", {}).encode())
    assert [(row.reference, row.source) for row in rows] == [
        (text.reference, text.words.in_("es")) for text in texts(HOUSE) if text.words
    ]
    said = [replace(row, translation=row.source.replace("Hay", "There are")) for row in rows]
    result = translations.apply(HOUSE, "en", said)
    assert result.refused == ()
    again = read(write(result.story, "en", {}).encode())
    assert [row.translation for row in again] == [row.translation for row in said]
    assert result.story.by_key["sala"].text.by_language["en"].startswith("There are")


@settings(max_examples=60, deadline=None)
@given(any_story())
def test_any_texts_survive_the_files(made: Story) -> None:
    for write, read in ((translations.write_csv, translations.read_csv), (translations.write_po, translations.read_po)):
        rows = read(write(made, "fr", {}).encode("utf-8", "replace"))
        expected = [source for _text, _state, source, _said in translations.rows(made, "fr", {})]
        assert [row.source.replace("\r\n", "\n") for row in rows] == [text.replace("\r\n", "\n") for text in expected]


def test_a_row_that_would_break_something_is_refused_alone() -> None:
    def row(line: int, reference: str, translation: str, source: str = "") -> translations.Row:
        return translations.Row(line, reference, source, translation)

    result = translations.apply(
        HOUSE,
        "en",
        [
            row(2, "sala/text", "There are <b>two</b> doors."),
            row(3, "sala/text", "There are two doors, {nombre}."),
            row(4, "nada/text", "x"),
            row(5, "sala/title", "Hall", "Otro original"),
            row(6, "sala/title", "Hall", "Sala"),
            row(7, "sala/choice-a-sotano", "x" * 201),
            row(8, "fin/title", ""),
        ],
    )
    assert [one.line for one in result.refused] == [2, 3, 4, 5, 7]
    assert result.refused[0].sentence("es") == "Línea 2, sala/text: no lleva los mismos {nombres} que el original"
    assert result.refused[1].en == "it has not the same tags as the original"
    assert (result.taken, result.fragments) == (1, frozenset({"sala"}))
    assert result.story.by_key["sala"].title.in_("en") == "Hall"


def test_a_spreadsheet_is_given_no_formula() -> None:
    made = story(fragment("a", choice("a", label="=HYPERLINK(1)")))
    assert ",'=HYPERLINK(1)," in translations.write_csv(made, "en", {})
    assert translations.read_csv(translations.write_csv(made, "en", {}).encode())[-1].source == "=HYPERLINK(1)"


@pytest.mark.parametrize("data", [b"a,b\n1,2\n", b"\xff", b""])
def test_a_table_without_its_columns_is_refused(data: bytes) -> None:
    with pytest.raises(ExchangeError):
        translations.read_csv(data)


def test_a_po_file_that_cannot_be_read_names_the_line() -> None:
    with pytest.raises(ExchangeError, match="Line 2"):
        translations.read_po(b'msgctxt "a"\nmsgid oops\n')
