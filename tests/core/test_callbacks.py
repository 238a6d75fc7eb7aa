import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yabot.core.telegram.callbacks import CallbackAction, ForgedCallback, Pressed, unpack
from yabot.core.telegram.limits import CallbackDataRefused
from yabot.core.telegram.screens import answer_text

PERSONAL = CallbackAction("prueba")
PUBLIC = CallbackAction("publica", personal=False)


@given(st.lists(st.text(alphabet=string.ascii_letters + string.digits + "_-.=", max_size=10), max_size=3))
def test_a_button_brings_back_what_it_was_made_with(values):
    assert unpack(PERSONAL.pack(*values, owner=7), user_id=7) == Pressed("prueba", tuple(values))


def test_a_personal_button_works_for_its_person_only():
    data = PERSONAL.pack("x", owner=7)

    with pytest.raises(ForgedCallback):
        unpack(data, user_id=8)


def test_a_public_button_works_for_everybody():
    assert unpack(PUBLIC.pack(), user_id=8).action == "publica"


def test_ten_thousand_invented_strings_open_nothing():
    dice = random.Random(7)
    alphabet = string.printable + "ñ❤\x00"
    for _ in range(10_000):
        data = "".join(dice.choices(alphabet, k=dice.randrange(0, 64)))
        with pytest.raises(ForgedCallback):
            unpack(data, user_id=7)


def test_changing_any_character_breaks_the_button():
    data = PERSONAL.pack("es", owner=7)
    for place in range(len(data)):
        changed = data[:place] + ("x" if data[place] != "x" else "y") + data[place + 1 :]
        with pytest.raises(ForgedCallback):
            unpack(changed, user_id=7)


def test_data_over_64_bytes_is_refused_when_it_is_made():
    with pytest.raises(CallbackDataRefused):
        PERSONAL.pack("x" * 60, owner=7)


def test_values_that_could_be_mistaken_are_refused_when_it_is_made():
    with pytest.raises(ValueError, match="callback values"):
        PERSONAL.pack("a:b", owner=7)


def test_another_secret_makes_other_buttons(settings):
    data = PERSONAL.pack("x", owner=7)
    settings.SECRET_KEY = "another"

    with pytest.raises(ForgedCallback):
        unpack(data, user_id=7)


def test_the_reader_is_told_in_their_language():
    assert ForgedCallback().sentence("es") == "Sesión expirada, por favor reinicia: escribe /start. Código SES001."
    assert ForgedCallback().sentence("en") == "Session expired, please start again: send /start. Code SES001."


@pytest.mark.parametrize(("length", "shown"), [(0, 0), (200, 200), (201, 200), (900, 200)])
def test_an_answer_that_is_too_long_says_that_there_was_more(length, shown):
    text = answer_text("x" * length)

    assert len(text) == shown
    assert text.endswith("…") is (length > 200)
