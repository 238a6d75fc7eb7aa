import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yabot.core import conditions
from yabot.core.conditions import BesitosTest, Condition, ConditionError, Facts, ReactionsTest

COUNTS = st.integers(0, 10**12)
BESITOS = st.one_of(
    st.builds(BesitosTest, at_least=COUNTS, negated=st.booleans()),
    st.builds(BesitosTest, below=COUNTS, negated=st.booleans()),
)
ROWS = st.one_of(BESITOS, st.builds(ReactionsTest, at_least=COUNTS, negated=st.booleans()))
CONDITIONS = st.builds(
    Condition,
    tests=st.lists(ROWS, max_size=6).map(tuple),
    either=st.lists(ROWS, max_size=6).map(tuple),
)
FACTS = st.builds(Facts, besitos=COUNTS, reactions=COUNTS)


def besitos(**bounds):
    return {"is": "besitos", **bounds}


def reactions(**bounds):
    return {"is": "reactions", **bounds}


def everything(*rows):
    return Condition.parse({"all": list(rows)})


@pytest.mark.parametrize("nothing", [None, {}, {"all": []}])
def test_no_condition_is_open_for_everyone(nothing):
    condition = Condition.parse(nothing)

    assert condition.check(Facts())
    assert not condition
    assert condition.needs == frozenset()
    assert condition.explain(Facts(), "es") == ""
    assert condition.to_json() == {}


@pytest.mark.parametrize(
    ("row", "passes", "fails"),
    [
        (besitos(at_least=15), Facts(besitos=15), Facts(besitos=14)),
        (besitos(below=15), Facts(besitos=14), Facts(besitos=15)),
        (reactions(at_least=3), Facts(reactions=3), Facts(reactions=2)),
    ],
)
def test_every_kind_holds_from_its_bound_and_not_before(row, passes, fails):
    condition = everything(row)

    assert condition.check(passes)
    assert not condition.check(fails)


@pytest.mark.parametrize(
    "row", [besitos(at_least=15), besitos(below=15), reactions(at_least=15)], ids=["at least", "below", "reactions"]
)
@pytest.mark.parametrize("count", [14, 15, 16])
def test_a_negated_row_passes_exactly_when_it_would_fail(row, count):
    facts = Facts(besitos=count, reactions=count)

    assert everything({**row, "not": True}).check(facts) is not everything(row).check(facts)


@pytest.mark.parametrize(
    ("row", "facts", "spanish", "english"),
    [
        (besitos(at_least=15), Facts(besitos=3), "Te faltan 12 besitos", "You need 12 more besitos"),
        (besitos(at_least=15), Facts(besitos=14), "Te falta 1 besito", "You need 1 more besito"),
        (besitos(below=5), Facts(besitos=5), "Tienes demasiados besitos", "You have too many besitos"),
        (reactions(at_least=5), Facts(reactions=3), "Te faltan 2 reacciones", "You need 2 more reactions"),
        (reactions(at_least=5), Facts(reactions=4), "Te falta 1 reacción", "You need 1 more reaction"),
        (
            reactions(at_least=5) | {"not": True},
            Facts(reactions=5),
            "Para esto ya es tarde",
            "It is too late for this",
        ),
        (besitos(at_least=15), Facts(besitos=15), "", ""),
    ],
)
def test_a_row_says_what_is_missing_in_both_languages(row, facts, spanish, english):
    condition = everything(row)

    assert condition.explain(facts, "es") == (spanish and f"{spanish}.")
    assert condition.explain(facts, "en") == (english and f"{english}.")


def test_all_rows_must_pass_and_each_missing_one_is_named():
    condition = everything(besitos(at_least=2), reactions(at_least=3))

    assert not condition.check(Facts(besitos=2))
    assert condition.check(Facts(besitos=2, reactions=3))
    assert condition.explain(Facts(), "es") == "Te faltan 2 besitos. Te faltan 3 reacciones."


def test_one_row_of_an_any_group_is_enough():
    condition = everything(besitos(at_least=1), {"any": [besitos(at_least=50), reactions(at_least=3)]})

    assert condition.check(Facts(besitos=50))
    assert condition.check(Facts(besitos=1, reactions=3))
    assert not condition.check(Facts(reactions=3))
    assert not condition.check(Facts(besitos=49))


def test_an_any_group_says_every_way_that_is_left():
    condition = everything({"any": [besitos(at_least=50), reactions(at_least=3)]})

    assert condition.explain(Facts(), "es") == "Te faltan 50 besitos o te faltan 3 reacciones."
    assert condition.explain(Facts(), "en") == "You need 50 more besitos or you need 3 more reactions."
    assert condition.explain(Facts(besitos=50), "es") == ""


def test_a_condition_says_which_facts_it_looks_at_also_inside_a_group():
    assert everything(besitos(at_least=1)).needs == {"besitos"}
    assert everything(besitos(at_least=1), {"any": [reactions(at_least=1)]}).needs == {"besitos", "reactions"}


@pytest.mark.parametrize(
    ("rows", "spanish", "english"),
    [
        ([], "", ""),
        ([besitos(at_least=15)], "≥ 15 besitos", "≥ 15 besitos"),
        ([besitos(below=15)], "< 15 besitos", "< 15 besitos"),
        ([reactions(at_least=3) | {"not": True}], "no (≥ 3 reacciones)", "not (≥ 3 reactions)"),
        (
            [besitos(at_least=1), {"any": [besitos(at_least=9), reactions(at_least=2)]}],
            "≥ 1 besitos y (≥ 9 besitos o ≥ 2 reacciones)",
            "≥ 1 besitos and (≥ 9 besitos or ≥ 2 reactions)",
        ),
        ([{"any": [besitos(at_least=9), reactions(at_least=2)]}], "≥ 9 besitos o ≥ 2 reacciones", None),
    ],
)
def test_an_editor_reads_a_condition_in_words(rows, spanish, english):
    condition = everything(*rows)

    assert condition.describe("es") == spanish
    assert english is None or condition.describe("en") == english


@pytest.mark.parametrize(
    ("data", "row", "words"),
    [
        ([besitos(at_least=1)], 0, "debe ser"),
        *((empty, 0, "debe ser") for empty in (0, "", [], False)),
        ({"any": []}, 0, "debe ser"),
        ({"all": {}}, 0, "debe ser"),
        ({"all": [], "any": []}, 0, "debe ser"),
        ({"all": [besitos(at_least=1), "besitos"]}, 2, "no es una fila"),
        ({"all": [{"is": "kisses", "at_least": 1}]}, 1, "no existe la prueba «kisses»"),
        ({"all": [{"at_least": 1}]}, 1, "no existe la prueba «None»"),
        ({"all": [besitos(at_least=1), reactions(below=2)]}, 2, "sobra «below»"),
        ({"all": [besitos(at_least=1, needs=2)]}, 1, "sobra «needs»"),
        ({"all": [besitos(at_least=1, negated=1)]}, 1, "sobra «negated»"),
        ({"all": [besitos(at_least="15")]}, 1, "«al menos» debe ser un número"),
        ({"all": [besitos(at_least=True)]}, 1, "«al menos» debe ser un número"),
        ({"all": [besitos(at_least=-1)]}, 1, "«al menos» debe ser un número"),
        ({"all": [besitos(at_least=10**12 + 1)]}, 1, "«al menos» debe ser un número"),
        ({"all": [besitos(below=None)]}, 1, "«menos de» debe ser un número"),
        ({"all": [besitos(at_least=1) | {"not": 1}]}, 1, "«not» es sí o no"),
        ({"all": [besitos()]}, 1, "pon «al menos» o «menos de»"),
        ({"all": [besitos(at_least=1, below=9)]}, 1, "pon «al menos» o «menos de»"),
        ({"all": [besitos(at_least=1), reactions()]}, 2, "falta poner «al menos»"),
        ({"all": [{"any": []}]}, 1, "un solo grupo"),
        ({"all": [{"any": [besitos(at_least=1)], "not": True}]}, 1, "un solo grupo"),
        ({"all": [{"any": [besitos(at_least=1)]}, {"any": [besitos(at_least=2)]}]}, 2, "un solo grupo"),
        ({"all": [{"any": [{"any": [besitos(at_least=1)]}]}]}, 1, "un grupo no lleva otro dentro"),
        ({"all": [{"any": [7]}]}, 1, "un grupo no lleva otro dentro"),
        ({"all": [besitos(at_least=1)] * 13}, 0, "más de 12 pruebas"),
    ],
)
def test_what_means_nothing_is_refused_with_its_row(data, row, words):
    with pytest.raises(ConditionError) as refused:
        Condition.parse(data)

    assert refused.value.row == row
    assert words in refused.value.sentence("es")
    assert refused.value.sentence("es").startswith(f"Fila {row}") is bool(row)
    assert refused.value.sentence("en").startswith(f"Row {row}") is bool(row)


def test_a_mistake_in_a_group_is_named_by_its_own_place():
    with pytest.raises(ConditionError) as refused:
        everything(besitos(at_least=1), {"any": [besitos(at_least=2), reactions(at_least="3")]})

    assert refused.value.sentence("es").startswith("Fila 2, opción 2: ")
    assert refused.value.sentence("en").startswith("Row 2, option 2: ")


def test_an_expression_is_data_and_never_run():
    with pytest.raises(ConditionError):
        everything(besitos(at_least="__import__('os').getcwd()"))


@given(CONDITIONS)
def test_a_condition_survives_being_stored(condition):
    stored = json.loads(json.dumps(condition.to_json()))

    assert Condition.parse(stored) == condition


@given(CONDITIONS, FACTS)
def test_something_is_missing_exactly_when_the_condition_fails(condition, facts):
    for language in ("es", "en"):
        assert (condition.explain(facts, language) == "") is condition.check(facts)


def test_a_kind_that_forgets_to_say_when_it_holds_is_noticed():
    forgetful = conditions.Test()

    with pytest.raises(TypeError):
        forgetful.check(Facts())
    with pytest.raises(TypeError):
        forgetful.missing(Facts(), "es")
    with pytest.raises(TypeError):
        forgetful.describe("es")


FLAG, COUNTER = {"is": "flag", "flag": "llave"}, {"is": "counter", "counter": "valor", "op": "at_least", "n": 2}
NAMED = {
    "flag:llave:es": "Te falta la llave",
    "flag:llave:en": "You need the key",
    "counter:valor:es": "Te falta valor",
    "counter:valor:en": "You lack courage",
}


@pytest.mark.parametrize(
    ("rows", "names", "spanish", "english"),
    [
        ([FLAG, COUNTER], NAMED, "Te falta la llave. Te falta valor.", "You need the key. You lack courage."),
        (
            [{"any": [FLAG, COUNTER]}],
            NAMED,
            "Te falta la llave o te falta valor.",
            "You need the key or you lack courage.",
        ),
        ([FLAG, COUNTER], {}, "Todavía no es el momento.", "It is not the time yet."),
        ([FLAG, {"any": [FLAG, COUNTER]}], {}, "Todavía no es el momento.", "It is not the time yet."),
        ([{"any": [COUNTER, reactions(at_least=1)]}], {}, "Te falta 1 reacción.", "You need 1 more reaction."),
        ([COUNTER, reactions(at_least=1)], {}, "Te falta 1 reacción.", "You need 1 more reaction."),
        (
            [FLAG, {"any": [FLAG, COUNTER]}],
            NAMED,
            "Te falta la llave. Te falta la llave o te falta valor.",
            "You need the key. You need the key or you lack courage.",
        ),
        (
            [{"any": [besitos(below=0), COUNTER]}],
            NAMED,
            "Tienes demasiados besitos o te falta valor.",
            "You have too many besitos or you lack courage.",
        ),
    ],
)
def test_what_is_missing_is_said_once_in_whole_sentences(rows, names, spanish, english):
    condition = everything(*rows)

    assert condition.explain(Facts(names=names), "es") == spanish
    assert condition.explain(Facts(names=names), "en") == english


def test_who_has_too_much_of_something_is_not_told_that_it_is_missing():
    facts = Facts(counters={"valor": 3}, names=NAMED)

    assert everything(COUNTER | {"op": "equal"}).explain(facts, "es") == "Para esto ya es tarde."
    assert everything(COUNTER | {"op": "equal"}).explain(Facts(names=NAMED), "es") == "Te falta valor."
    assert (
        everything(FLAG | {"not": True}).explain(Facts(flags={"llave"}, names=NAMED), "es") == "Para esto ya es tarde."
    )


def test_nobody_cannot_tell_in_small_letters():
    facts = Facts(unknown=frozenset({"reactions"}))

    said = everything({"any": [besitos(at_least=1), reactions(at_least=1)]}).explain(facts, "en")

    assert said == "You need 1 more besito or I cannot tell right now."
