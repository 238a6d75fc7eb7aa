import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from yabot.core.telegram.names import clean_name, clean_text, utf16_cut, utf16_len

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))
TRICKY = st.text(
    st.sampled_from("a1 \n\u200d\ufe0f\u202e\u0301\u3164\u2800👨👩❤🏽😀\ud83d\udc68\U000e0067"), max_size=40
)


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("Ana", "Ana"),
        ("  Ana \t María ", "Ana María"),
        ("Ana\r\nERROR root: fake line", "Ana ERROR root: fake line"),
        ("Ana\x00\x1b[31m", "Ana [31m"),
        ("\u202eanA\u202c \u2066x\u2069", "anA x"),
        ("A\u200bn\u200ca\u200d\u2060\ufeff", "Ana"),
        ("\u200e\u200fAna\u061c", "Ana"),
        ("\u3164\u115f\u2800\u034f", ""),
        ("\u2028Ana\u2029", "Ana"),
        ("\ud83dAna\udc00", "Ana"),
        ("<b>Ana</b> & {name}", "<b>Ana</b> & {name}"),
        ("Ńandú Ωμέγα Ирина 山田", "Ńandú Ωμέγα Ирина 山田"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("❤\ufe0f\u200d🔥 1\ufe0f\u20e3", "❤\ufe0f\u200d🔥 1\ufe0f\u20e3"),
        ("👍🏽 🏳\ufe0f\u200d🌈", "👍🏽 🏳\ufe0f\u200d🌈"),
        ("a\ufe0fb\u200dc", "abc"),
        ("👨\u200d", "👨"),
        ("\u0301\u0301Z" + "\u0301" * 50, "Z" + "\u0301" * 3),
        ("\uffff\U0001fffeAna\ue000", "Ana"),
    ],
)
def test_a_name_is_made_harmless(given_name: str, kept: str):
    assert clean_name(given_name) == kept


def test_a_long_name_is_cut_between_two_emoji():
    assert clean_name("😀" * 40, limit=7) == "😀😀😀"


def test_a_name_cut_after_a_joiner_does_not_end_in_it():
    assert clean_name("👨\u200d👩", limit=3) == "👨"


@given(ANY_TEXT | TRICKY, st.integers(0, 70))
@example("👨\u200d\u2800", 64)
def test_a_clean_name_is_one_visible_line_within_the_limit(text: str, limit: int):
    name = clean_name(text, limit)

    assert utf16_len(name) <= limit
    assert name == name.strip()
    assert {unicodedata.category(character) for character in name}.isdisjoint({"Cc", "Cs", "Zl", "Zp", "Co"})
    assert {character for character in name if unicodedata.category(character) == "Cf"} <= {"\u200d"}
    name.encode()


@given(ANY_TEXT | TRICKY, st.integers(0, 70))
def test_cleaning_a_name_twice_changes_nothing_more(text: str, limit: int):
    once = clean_name(text, limit)

    assert clean_name(once, limit) == once


@given(ANY_TEXT)
def test_a_clean_text_can_always_be_sent(text: str):
    clean = clean_text(text)

    clean.encode()
    assert not {"\r", "\x00", "\u202e", "\u2066"} & set(clean)
    assert clean_text(clean) == clean


@given(ANY_TEXT)
def test_length_is_counted_as_telegram_counts(text: str):
    assert utf16_len(text) == sum(2 if ord(character) > 0xFFFF else 1 for character in text)


@given(st.text(), st.integers(0, 30))
def test_a_cut_keeps_the_longest_whole_beginning(text: str, limit: int):
    kept = utf16_cut(text, limit)

    assert text.startswith(kept)
    assert utf16_len(kept) <= limit
    assert kept == text or utf16_len(text[: len(kept) + 1]) > limit


@given(ANY_TEXT, st.integers(0, 30))
def test_a_cut_survives_lone_surrogates(text: str, limit: int):
    assert utf16_len(utf16_cut(text, limit)) <= limit
