"""Files for translators: out with every text, back row by row."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from narrative.exchange import ExchangeError, translations
from narrative.exchange.texts import texts
from narrative.story.content import Story
from tests.narrative.files import HOUSE
from tests.narrative.stories import any_story, choice, fragment, story, words


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
