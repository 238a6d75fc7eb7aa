import pytest

from yabot.core.errors import DomainError
from yabot.core.telegram.limits import CallbackDataRefused, DeepLinkRefused, check_callback_data, check_deep_link


@pytest.mark.parametrize("data", ["f", "f:1:2", "x" * 64, "ñ" * 32])
def test_a_button_carries_up_to_64_bytes(data: str):
    assert check_callback_data(data) == data


@pytest.mark.parametrize("data", ["", "x" * 65, "ñ" * 33, "😀" * 17, "\ud800" * 22])
def test_a_button_does_not_carry_nothing_or_more_than_64_bytes(data: str):
    with pytest.raises(CallbackDataRefused) as refusal:
        check_callback_data(data)

    assert refusal.value.code == "TXT003"


@pytest.mark.parametrize("parameter", ["a", "ref-2_Z", "A" * 64])
def test_a_deep_link_carries_letters_digits_and_two_signs(parameter: str):
    assert check_deep_link(parameter) == parameter


@pytest.mark.parametrize("parameter", ["", "A" * 65, "a b", "año", "a=1", "a\n", "../x", "١"])
def test_a_deep_link_carries_nothing_else(parameter: str):
    with pytest.raises(DeepLinkRefused) as refusal:
        check_deep_link(parameter)

    assert refusal.value.code == "TXT004"


@pytest.mark.parametrize("refusal", [CallbackDataRefused(""), DeepLinkRefused("")])
def test_a_refusal_speaks_both_languages_and_is_a_value_error(refusal: DomainError):
    assert isinstance(refusal, ValueError)
    assert refusal.sentence("es") != refusal.sentence("en")
