"""Files for translators: out with every text, back row by row."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from narrative.exchange import ExchangeError, read_csv, read_po, translations, write_csv, write_po
from narrative.exchange.texts import texts
from narrative.exchange.translations import Row
from narrative.story.content import Declared, Story
from tests.narrative.files import HOUSE, growth
from tests.narrative.stories import any_story, choice, fragment, story, words


def test_a_translator_gets_every_text_with_its_state() -> None:
    rows = list(translations.rows(HOUSE, "en", {}))
    assert [text.reference for text, *_ in rows][:4] == ["/title", "sala/title", "sala/text", "sala/choice-a-sotano"]
    assert {state for _, state, *_ in rows} == {"missing"}
    both = replace(HOUSE, title=words("La casa", en="The house"))
    assert next(translations.rows(both, "en", {("", "en"): {"title"}}))[1] == "stale"


@pytest.mark.parametrize(("write", "read"), [(write_csv, read_csv), (write_po, read_po)])
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
    for write, read in ((write_csv, read_csv), (write_po, read_po)):
        rows = read(write(made, "fr", {}).encode("utf-8", "replace"))
        expected = [source for _text, _state, source, _said in translations.rows(made, "fr", {})]
        assert [row.source.replace("\r\n", "\n") for row in rows] == [text.replace("\r\n", "\n") for text in expected]


def row(line: int, reference: str, translation: str, source: str = "") -> Row:
    return Row(line, reference, source, translation)


def test_a_row_that_would_break_something_is_refused_alone() -> None:
    given = [
        row(2, "sala/text", "There are <b>two</b> doors."),
        row(3, "sala/text", "There are two doors, {nombre}."),
        row(4, "nada/text", "x"),
        row(5, "sala/title", "Hall", "Otro original"),
        row(6, "sala/title", "Hall", "Sala"),
        row(7, "sala/choice-a-sotano", "Down\nstairs"),
        row(8, "fin/title", ""),
        row(9, "sala/title", "Lounge"),
    ]
    result = translations.apply(HOUSE, "en", given)
    assert [one.line for one in result.refused] == [2, 3, 4, 5, 7, 9]
    assert result.refused[0].sentence("es") == "Línea 2, sala/text: no lleva los mismos {nombres} que el original"
    assert [one.en for one in result.refused[1:]] == [
        "it has not the same tags as the original",
        "there is no text with this reference",
        "the original has changed since the export",
        "it has to be one line",
        "it was already in a line before",
    ]
    assert (result.taken, result.fragments) == (1, frozenset({"sala"}))
    assert result.story.by_key["sala"].title.in_("en") == "Hall"


@pytest.mark.parametrize(
    ("reference", "limit"),
    [
        ("/title", 200),
        ("sala/title", 200),
        ("sala/choice-a-sotano", 200),
        ("fin/ending", 200),
        ("fin/alt", 1_000),
        ("fin/text", 16_000),
    ],
)
def test_what_is_taken_can_be_stored(reference: str, limit: int) -> None:
    taken = translations.apply(HOUSE, "en", [row(2, reference, "x" * limit)])
    assert Story.from_json(taken.story.to_json()) == taken.story != HOUSE
    (refused,) = translations.apply(HOUSE, "en", [row(2, reference, "x" * (limit + 1))]).refused
    assert refused.en == f"it is over {limit} letters"
    (refused,) = translations.apply(HOUSE, "en", [row(2, reference, "a\0")]).refused
    assert refused.en == "it has characters that cannot be stored"


def test_a_link_that_leads_elsewhere_is_refused() -> None:
    made = story(fragment("a", text='Lee <a href="https://a.es">esto</a>.'))
    said = '<a href="https://b.es">Read</a> this.'
    assert [one.line for one in translations.apply(made, "en", [row(2, "a/text", said)]).refused] == [2]
    assert translations.apply(made, "en", [row(2, "a/text", said.replace("b.es", "a.es"))]).taken == 1


def test_a_spreadsheet_is_given_no_formula() -> None:
    made = story(fragment("a", choice("a", label="=HYPERLINK(1)")))
    assert ',"\'=HYPERLINK(1)",' in write_csv(made, "en", {})
    assert read_csv(write_csv(made, "en", {}).encode())[-1].source == "=HYPERLINK(1)"


@pytest.mark.parametrize("text", ["x;=1+1", "x,@a", "a\n-b", "a\r+b", "\r=1", "\n=1", "'=1", "\t=", "''=;'=;''="])
def test_no_cell_begins_a_formula_wherever_it_is_split(text: str) -> None:
    written = write_csv(story(fragment("a", text=text)), "en", {})
    assert not re.search(r'[,;\t\r\n"][=+@-]', written)
    assert read_csv(written.encode("utf-8"))[-1].source == text


@pytest.mark.parametrize("data", [b"a,b\n1,2\n", b"\xff", b""])
def test_a_table_without_its_columns_is_refused(data: bytes) -> None:
    with pytest.raises(ExchangeError):
        read_csv(data)


def test_a_po_file_that_cannot_be_read_names_the_line() -> None:
    with pytest.raises(ExchangeError, match="Line 2"):
        read_po(b'msgctxt "a"\nmsgid oops\n')


ENTRY = b'msgctxt "sala/title"\nmsgid "Sala"\nmsgstr "Hall"\n'


def test_entries_need_no_empty_line_between_them() -> None:
    second = ENTRY.replace(b"sala", b"fin")
    assert [(one.line, one.reference) for one in read_po(ENTRY + second)] == [(1, "sala/title"), (4, "fin/title")]
    assert [one.line for one in read_po(b'msgid "x"\nmsgstr "y"\n' + ENTRY)] == [3]
    assert read_po(ENTRY.replace(b"\n", b"\r")) == read_po(ENTRY)


def test_an_entry_that_is_doubtful_or_has_plurals_is_refused_alone() -> None:
    plural = b'\nmsgctxt "sala/text"\nmsgid "a"\nmsgid_plural "b"\nmsgstr[0] "c"\nmsgstr[1] "d"\n\n'
    result = translations.apply(
        HOUSE, "en", read_po(b"#, fuzzy\n" + ENTRY + plural + ENTRY.replace(b"sala", b"fin").replace(b"Sala", b"Fin"))
    )
    assert [(one.line, one.en) for one in result.refused] == [
        (2, "it is marked as doubtful"),
        (6, "it has plurals, which there are none of here"),
    ]
    assert result.taken == 1


def test_a_long_string_is_read_in_the_time_its_length_takes() -> None:
    def long(lines: int) -> bytes:
        return b'msgctxt "a"\nmsgid "a"\nmsgstr ""\n' + b'"0123456789"\n' * lines

    assert growth(long, read_po, 10_000) < 9


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([write_csv, write_po]),
    st.lists(st.tuples(st.integers(0, 3_000), st.binary(max_size=3)), max_size=4),
)
def test_a_file_with_any_bytes_changed_is_read_or_refused(write, changes: list[tuple[int, bytes]]) -> None:
    data = bytearray(write(HOUSE, "en", {}).encode())
    for place, written in changes:
        data[place % len(data) : place % len(data) + len(written)] = written
    read = read_csv if write is write_csv else read_po
    try:
        translations.apply(HOUSE, "en", read(bytes(data)))
    except ExchangeError as refused:
        assert refused.sentence("es")


def test_a_table_with_an_endless_cell_is_refused() -> None:
    for data in (b"reference,translation," + b"x" * 200_000, b"reference,translation\na," + b"x" * 200_000):
        with pytest.raises(ExchangeError):
            read_csv(data)


def test_what_a_lock_says_is_translated_too() -> None:
    told = replace(HOUSE, declared=(Declared("luz", missing=words("Te falta luz")), Declared("voz")))
    asked = [text.reference for text, *_ in translations.rows(told, "en", {})]
    assert "/missing-luz" in asked and "/missing-voz" not in asked
    result = translations.apply(told, "en", [row(2, "/missing-luz", "You need light"), row(3, "/missing-voz", "a\nb")])
    assert result.story.declared[0].missing == words("Te falta luz", en="You need light")
    assert [one.es for one in result.refused] == ["tiene que caber en una línea"]
    assert translations.apply(told, "en", [row(2, "/missing-luz", "a" * 121)]).refused[0].es == "pasa de 120 letras"
