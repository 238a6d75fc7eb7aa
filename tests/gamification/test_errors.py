import pytest

from gamification import errors
from gamification.errors import EconomyError, NotEnoughBesitos
from yabot.core.errors import DomainError

CASES = [
    (NotEnoughBesitos(missing=5), "GAM001", "Te faltan 5 besitos.", "You are 5 besitos short."),
    (NotEnoughBesitos(missing=1), "GAM001", "Te falta 1 besito.", "You are 1 besito short."),
    (
        errors.InvalidAmount(amount=-2),
        "GAM002",
        "La cantidad tiene que ser un número entero de besitos, mayor que cero: «-2» no vale.",
        "The amount must be a whole number of besitos above zero: “-2” is not.",
    ),
    (
        errors.ReferenceReused(reference="gift:1"),
        "GAM003",
        "La referencia «gift:1» ya es de otro movimiento.",
        "The reference “gift:1” already belongs to another movement.",
    ),
    (errors.HoldEnded(hold=1), "GAM004", "Esta reserva ya terminó.", "This hold has already ended."),
    (errors.UnknownHold(hold=1), "GAM005", "Esta reserva no existe.", "There is no such hold."),
    (errors.UnknownTransfer(transfer=1), "GAM006", "Este movimiento no existe.", "There is no such movement."),
    (
        errors.NotCorrectable(transfer=1),
        "GAM007",
        "Una reserva no se deshace: se devuelve o se cobra.",
        "A hold is not undone: it is released or captured.",
    ),
    (
        errors.LedgerIsImmutable(),
        "GAM008",
        "Lo escrito en el libro no se cambia: se corrige con un asiento contrario.",
        "What is written in the ledger is not changed: it is corrected by an opposite entry.",
    ),
]


@pytest.mark.parametrize(("error", "code", "spanish", "english"), CASES)
def test_every_refusal_has_a_code_and_a_sentence_in_both_languages(error, code, spanish, english):
    assert isinstance(error, DomainError)
    assert (error.code, error.sentence("es"), error.sentence("en")) == (code, spanish, english)


def test_no_refusal_is_left_out_and_no_code_is_used_twice():
    kinds = EconomyError.__subclasses__()

    assert {type(error) for error, *_ in CASES} == set(kinds)
    assert len({kind.code for kind in kinds}) == len(kinds)


def test_an_unknown_language_gets_spanish():
    assert NotEnoughBesitos(missing=2).sentence("fr") == "Te faltan 2 besitos."


def test_a_refusal_shows_its_facts_in_the_log():
    assert str(errors.ReferenceReused(reference="gift:1")) == "reference=gift:1"
