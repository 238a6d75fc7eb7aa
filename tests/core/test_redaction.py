"""What is written down of an error can be written down."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yabot.core.models import Heartbeat
from yabot.core.redaction import redact

ANY = st.text(st.characters(codec=None, exclude_categories=()))


@given(ANY)
def test_no_text_is_left_that_a_database_refuses(text):
    kept = redact(text)

    assert kept.encode().decode() == kept
    assert "\0" not in kept


@given(st.text(max_size=20))
def test_what_holds_no_secret_stays_as_it_is(text):
    text = text.replace("\0", "")

    assert redact(text) == text


@pytest.mark.django_db
def test_every_engine_keeps_an_error_that_quotes_half_a_letter_and_a_nul():
    Heartbeat.objects.create(name="a", detail=redact("what\ud83d \0 is this"))

    assert Heartbeat.objects.get().detail == "what? \N{REPLACEMENT CHARACTER} is this"
