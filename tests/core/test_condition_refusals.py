"""Conditions that mean nothing are refused, and what can never be is told."""

import pytest

from tests.core.test_condition_kinds import CHRISTMAS
from yabot.core.conditions import (
    Condition,
    ConditionError,
    Facts,
)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"is": "item"}, "Fila 1: falta poner el objeto"),
        ({"is": "item", "item": "dos palabras"}, "Fila 1: «dos palabras» no está: elige el objeto de la lista"),
        ({"is": "item", "item": "llave", "count": 0}, "Fila 1: «cuántos» debe ser un número entre 1 y 10000"),
        ({"is": "mission", "mission": "m", "state": "lost"}, "Fila 1: no se entiende: revisa el estado"),
        ({"is": "between"}, "Fila 1: pon «desde el» o «hasta el»"),
        ({"is": "between", "first": "2026-13-01"}, "Fila 1: no se entiende: revisa «desde el»"),
        ({"is": "between", "first": "2026-12-02", "last": "2026-12-01"}, "Fila 1: termina antes de empezar"),
        ({"is": "weekday", "days": []}, "Fila 1: no se entiende: revisa los días"),
        *(
            ({"is": "weekday", "days": [day]}, "Fila 1: no se entiende: revisa los días")
            for day in (8, 0, 1.0, True, "1")
        ),
        ({"is": "hours", "start": 7, "end": 7}, "Fila 1: termina cuando empieza"),
        ({"is": "hours", "start": 7}, "Fila 1: falta poner «hasta las»"),
        ({"is": "vip", "since": 3}, "Fila 1: sobra «since»"),
    ],
)
def test_a_row_that_means_nothing_is_named(row, sentence):
    with pytest.raises(ConditionError) as refused:
        Condition.parse({"all": [row]})

    assert refused.value.sentence("es") == sentence
    assert refused.value.sentence("en").startswith("Row 1: ")


@pytest.mark.parametrize(
    "text", ["item", "item a b c", "besitos > 3", "besitos >= x", "wish", "not", "any item a | wish", "weekday lunes"]
)
def test_a_text_that_means_nothing_is_refused(text):
    with pytest.raises(ConditionError):
        Condition.from_text(text)


@pytest.mark.parametrize(
    ("text", "best", "possible"),
    [
        ("item llave", Facts(), False),
        ("not item llave", Facts(), True),
        ("besitos < 5", Facts(besitos=10**9), True),
        ("besitos >= 5", Facts(besitos=4), False),
        ("counter valor < 0", Facts(), True),
        ("counter valor >= 3", Facts(counters={"valor": 2}), False),
        ("between . 2020-01-01", Facts(now=CHRISTMAS), False),
        ("between 2030-01-01 .", Facts(now=CHRISTMAS), True),
        ("hours 3 4; weekday 2", Facts(now=CHRISTMAS), True),
        ("any item a | vip", Facts(vip=True), True),
        ("any item a | vip", Facts(), False),
    ],
)
def test_what_can_never_be_is_told_from_what_can(text, best, possible):
    assert Condition.from_text(text).is_possible(best) is possible
