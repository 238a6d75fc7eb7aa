"""What travels between modules arrives as it was sent, and nothing else is taken."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yabot.core.ports import codec
from yabot.core.ports.codec import CodecError


class Colour(StrEnum):
    """An enumeration."""

    RED = "red"


@dataclass(frozen=True)
class Inner:
    """A part."""

    plan: str = field(metadata={"maxLength": 20})
    ends_at: datetime | None = None


@dataclass(frozen=True)
class Whole:
    """Everything that can travel."""

    number: int
    share: float
    yes: bool
    key: UUID
    colour: Colour
    numbers: tuple[int, ...] = field(metadata={"maxItems": 5})
    by_user: dict[int, Inner]
    by_key: dict[UUID, int]
    nothing: str | None = None


INT64 = st.integers(-(2**63), 2**63 - 1)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
INNERS = st.builds(Inner, TEXTS, st.none() | st.datetimes(timezones=st.just(UTC)))
WHOLES = st.builds(
    Whole,
    number=INT64,
    share=st.floats(allow_nan=False, allow_infinity=False),
    yes=st.booleans(),
    key=st.uuids(),
    colour=st.just(Colour.RED),
    numbers=st.lists(INT64, max_size=5).map(tuple),
    by_user=st.dictionaries(INT64, INNERS),
    by_key=st.dictionaries(st.uuids(), INT64),
    nothing=st.none() | TEXTS,
)
GOOD = {
    "number": 1,
    "share": 0.5,
    "yes": True,
    "key": "00000000-0000-0000-0000-000000000001",
    "colour": "red",
    "numbers": [1, 2],
    "by_user": {"7": {"plan": "vip"}},
    "by_key": {},
}


@given(WHOLES)
def test_everything_arrives_as_it_was_sent(whole):
    assert codec.from_json(Whole, orjson.loads(orjson.dumps(codec.to_json(whole)))) == whole


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from([*GOOD, "x", "7"]), inner),
)


@given(ANYTHING, st.sampled_from(list(GOOD)))
def test_rubbish_is_refused_and_never_half_taken(rubbish, name):
    try:
        read = codec.from_json(Whole, {**GOOD, name: rubbish})
    except CodecError as error:
        assert error.place.startswith(name)
    else:
        assert codec.from_json(Whole, codec.to_json(read)) == read


@pytest.mark.parametrize(
    ("change", "place", "problem"),
    [
        ({"number": True}, "number", "must be a int"),
        ({"number": 2**63}, "number", "is too large"),
        ({"yes": 1}, "yes", "must be a bool"),
        ({"key": "nobody"}, "key", "cannot be read"),
        ({"key": 7}, "key", "cannot be read"),
        ({"colour": "blue"}, "colour", "cannot be read"),
        ({"numbers": {"0": 1}}, "numbers", "must be a list"),
        ({"numbers": [1, "2"]}, "numbers.1", "must be a int"),
        ({"numbers": [1] * 6}, "numbers", "must not be longer than 5"),
        ({"by_user": [1]}, "by_user", "must be an object"),
        ({"by_user": {"x": {"plan": "vip"}}}, "by_user.x", "is no such key"),
        ({"by_user": {"7": {"plan": "a\x00"}}}, "by_user.7.plan", "has characters that no database keeps"),
        ({"by_user": {"7": {"plan": "\ud800"}}}, "by_user.7.plan", "has characters that no database keeps"),
        ({"by_user": {"7": {"plan": "x" * 21}}}, "by_user.7.plan", "must not be longer than 20"),
        ({"by_user": {"7": {}}}, "by_user.7.plan", "is missing"),
        ({"by_user": {"7": {"plan": "vip", "ends_at": "soon"}}}, "by_user.7.ends_at", "cannot be read"),
        ({"extra": 1}, "extra", "is not known here"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(change, place, problem):
    with pytest.raises(CodecError) as refused:
        codec.from_json(Whole, {**GOOD, **change})

    assert (refused.value.place, refused.value.problem) == (place, problem)


def test_a_whole_number_is_a_fraction_too():
    assert codec.from_json(Whole, {**GOOD, "share": 1}).share == 1.0


def test_the_body_itself_must_be_an_object():
    with pytest.raises(CodecError, match="body: must be an object"):
        codec.from_json(Whole, [])


def test_what_cannot_travel_is_refused_when_it_is_sent():
    with pytest.raises(TypeError, match="set cannot travel"):
        codec.to_json({"a": {1}})


def test_the_schema_says_all_of_it():
    schema = codec.schema_of(Whole)

    assert schema["required"] == ["number", "share", "yes", "key", "colour", "numbers", "by_user", "by_key"]
    assert schema["additionalProperties"] is False
    assert schema["properties"]["numbers"] == {"type": "array", "items": {"type": "integer"}, "maxItems": 5}
    assert schema["properties"]["key"] == {"type": "string", "format": "uuid"}
    assert schema["properties"]["colour"] == {"type": "string", "enum": ["red"]}
    assert schema["properties"]["nothing"] == {"type": "string", "nullable": True}
    assert schema["properties"]["by_user"]["additionalProperties"]["properties"]["ends_at"] == {
        "type": "string",
        "format": "date-time",
        "nullable": True,
    }
