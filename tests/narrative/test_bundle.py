"""Bundles: nothing is lost, and hostile ones are refused with a sentence."""

import io
import json
import stat
import zipfile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from narrative.exchange import Bundle, ExchangeError, read_any, read_bundle, write_bundle
from narrative.story.content import Story
from narrative.story.reading import StoryError
from tests.narrative.files import HOUSE, JPEG, only, story_json, zipped
from tests.narrative.stories import any_story, fragment, story


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


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_only_one_way_of_compressing_is_read(method: int) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        file.writestr("story.json", story_json())
    with pytest.raises(ExchangeError, match="deflate"):
        read_any(out.getvalue(), "x.zip")


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5_000), st.binary(max_size=3)), min_size=1, max_size=4))
def test_a_zip_with_any_bytes_changed_is_read_or_refused(changes: list[tuple[int, bytes]]) -> None:
    data = bytearray(write_bundle(Bundle(HOUSE, {"casa.jpg": JPEG})))
    for place, written in changes:
        data[place % len(data) : place % len(data) + len(written)] = written
    try:
        read_any(bytes(data), "x.zip")
    except (ExchangeError, StoryError) as refused:
        assert refused.sentence("es")


def test_a_long_directory_is_refused_before_it_is_read() -> None:
    data = write_bundle(Bundle(HOUSE))
    end = data.rindex(b"PK\x05\x06")
    many = data[: end + 10] + (2_001).to_bytes(2, "little") + data[end + 12 :]
    large = data[: end + 12] + (3_000_000).to_bytes(4, "little") + data[end + 16 :]
    for wrong in (many, large, data[:end] + b"PK\x06\x07" + bytes(16) + data[end:]):
        with pytest.raises(ExchangeError) as refused:
            read_any(wrong, "x.zip")
        assert refused.value.code == "NAR021"


def test_a_story_that_repeats_itself_is_no_bomb() -> None:
    made = story(*(fragment(f"f{number}", text="La misma sala. " * 200) for number in range(100)))
    assert read_bundle(write_bundle(Bundle(made))).story == made


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("title", "es"), "a\0b"),
        (("title", "es"), "\ud800"),
        (("language",), "fr"),
        (("language",), ""),
        (("fragments", 0, "position"), [10**30, 0]),
        (("fragments", 0, "tags"), ["\0"]),
        (("fragments", 0, "note"), "\0"),
    ],
)
def test_what_cannot_be_stored_is_no_story(place: tuple, value: object) -> None:
    given: Any = HOUSE.to_json()
    part = given
    for step in place[:-1]:
        part = part[step]
    part[place[-1]] = value
    with pytest.raises(StoryError, match=str(place[0])):
        read_any(json.dumps(given).encode(), "story.json")


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
