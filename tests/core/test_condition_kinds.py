"""Every kind of test: when it holds, what it says is missing, and that JSON, rows and text are the same thing."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yabot.core import conditions
from yabot.core.conditions import (
    MISSION_STATES,
    AchievementTest,
    BesitosTest,
    BetweenTest,
    ChoseTest,
    Condition,
    CounterTest,
    Facts,
    FlagTest,
    HintTest,
    HoursTest,
    ItemTest,
    MissionTest,
    ReactionsTest,
    Ref,
    VipTest,
    VisitedTest,
    WeekdayTest,
)
from yabot.core.conditions.stories import COMPARE, MOST_COUNTED

KEYS = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,20}", fullmatch=True)
COUNTS = st.integers(1, 10_000)
NOT = st.booleans()
DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))
SPANS = st.tuples(DAYS, DAYS).map(sorted)
TESTS = {
    "besitos": st.builds(BesitosTest, at_least=st.integers(0, 10**12), negated=NOT)
    | st.builds(BesitosTest, below=st.integers(0, 10**12), negated=NOT),
    "reactions": st.builds(ReactionsTest, at_least=COUNTS, negated=NOT),
    "vip": st.builds(VipTest, negated=NOT),
    "item": st.builds(ItemTest, item=KEYS, count=COUNTS, negated=NOT),
    "hint": st.builds(HintTest, hint=KEYS, negated=NOT),
    "mission": st.builds(MissionTest, mission=KEYS, state=st.sampled_from(MISSION_STATES), negated=NOT),
    "achievement": st.builds(AchievementTest, achievement=KEYS, negated=NOT),
    "visited": st.builds(VisitedTest, fragment=KEYS, times=COUNTS, negated=NOT),
    "chose": st.builds(ChoseTest, choice=KEYS, negated=NOT),
    "flag": st.builds(FlagTest, flag=KEYS, negated=NOT),
    "counter": st.builds(
        CounterTest,
        counter=KEYS,
        op=st.sampled_from(sorted(COMPARE)),
        n=st.integers(-MOST_COUNTED, MOST_COUNTED),
        negated=NOT,
    ),
    "between": SPANS.flatmap(
        lambda days: st.builds(BetweenTest, first=st.just(days[0]), last=st.just(days[1]), negated=NOT)
    )
    | st.builds(BetweenTest, first=DAYS, negated=NOT)
    | st.builds(BetweenTest, last=DAYS, negated=NOT),
    "weekday": st.builds(WeekdayTest, days=st.sets(st.integers(1, 7), min_size=1).map(sorted).map(tuple), negated=NOT),
    "hours": st.builds(HoursTest, start=st.integers(0, 11), end=st.integers(12, 24), negated=NOT)
    | st.builds(HoursTest, start=st.integers(12, 23), end=st.integers(1, 11), negated=NOT),
}
ANY_TEST = st.one_of(*TESTS.values())
CONDITIONS = st.builds(
    Condition,
    tests=st.lists(ANY_TEST, max_size=6).map(tuple),
    either=st.lists(ANY_TEST, max_size=6).map(tuple),
)
CHRISTMAS = datetime(2026, 12, 25, 23, 30)  # a Friday
NAMES = {"item:llave": "Llave de plata", "fragment:sotano": "El sótano", "hint:reloj": "El reloj"}

CASES = [
    ({"is": "vip"}, Facts(vip=True), Facts(), "Es solo para VIP", "This is for VIPs only"),
    (
        {"is": "item", "item": "llave"},
        Facts(items={"llave": 1}),
        Facts(),
        "Necesitas: Llave de plata",
        "You need: Llave de plata",
    ),
    (
        {"is": "item", "item": "vela", "count": 3},
        Facts(items={"vela": 3}),
        Facts(items={"vela": 1}),
        "Necesitas: vela × 2",
        "You need: vela × 2",
    ),
    (
        {"is": "visited", "fragment": "sotano", "times": 2},
        Facts(visited={"sotano": 2}),
        Facts(visited={"sotano": 1}),
        "Antes tienes que pasar por «El sótano»",
        "You have to pass “El sótano” first",
    ),
    (
        {"is": "chose", "choice": "abrir-la-puerta"},
        Facts(chosen={"abrir-la-puerta": 1}),
        Facts(),
        "Antes tenías que elegir «abrir la puerta»",
        "You had to choose “abrir la puerta” first",
    ),
    (
        {"is": "hint", "hint": "reloj"},
        Facts(hints=frozenset({"reloj"})),
        Facts(),
        "Te falta la pista «El reloj»",
        "You lack the hint “El reloj”",
    ),
    (
        {"is": "mission", "mission": "lucien-1", "state": "completed"},
        Facts(missions={"lucien-1": "completed"}),
        Facts(missions={"lucien-1": "active"}),
        "La misión «lucien 1» tiene que estar cumplida",
        "The mission “lucien 1” has to be completed",
    ),
    (
        {"is": "achievement", "achievement": "fiel"},
        Facts(achievements=frozenset({"fiel"})),
        Facts(),
        "Te falta el logro «fiel»",
        "You lack the achievement “fiel”",
    ),
    (
        {"is": "flag", "flag": "traicion"},
        Facts(flags=frozenset({"traicion"})),
        Facts(),
        "Todavía no es el momento",
        "It is not the time yet",
    ),
    (
        {"is": "counter", "counter": "valor", "op": "at_least", "n": 2},
        Facts(counters={"valor": 2}),
        Facts(counters={"valor": 1}),
        "Todavía no es el momento",
        "It is not the time yet",
    ),
    (
        {"is": "counter", "counter": "valor", "op": "below", "n": 1},
        Facts(),
        Facts(counters={"valor": 1}),
        "Para esto ya es tarde",
        "It is too late for this",
    ),
    (
        {"is": "counter", "counter": "valor", "op": "equal", "n": 0},
        Facts(),
        Facts(counters={"valor": 1}),
        "Para esto ya es tarde",
        "It is too late for this",
    ),
    (
        {"is": "between", "first": "2026-12-25", "last": "2026-12-25"},
        Facts(now=CHRISTMAS),
        Facts(now=datetime(2026, 12, 24, 23, 59)),
        "Empieza el 25/12/2026",
        "It begins on 2026-12-25",
    ),
    (
        {"is": "between", "last": "2026-12-24"},
        Facts(now=datetime(2026, 12, 24, 23, 59)),
        Facts(now=CHRISTMAS),
        "Ya pasó la fecha",
        "The date has passed",
    ),
    (
        {"is": "weekday", "days": [5, 1]},
        Facts(now=CHRISTMAS),
        Facts(now=datetime(2026, 12, 26)),
        "Solo los lunes, viernes",
        "Only on Mondays, Fridays",
    ),
    (
        {"is": "hours", "start": 22, "end": 4},
        Facts(now=CHRISTMAS),
        Facts(now=datetime(2026, 12, 25, 4)),
        "Solo de 22:00 a 04:00",
        "Only from 22:00 to 04:00",
    ),
    (
        {"is": "hours", "start": 9, "end": 23},
        Facts(now=datetime(2026, 12, 25, 9)),
        Facts(now=CHRISTMAS),
        "Solo de 09:00 a 23:00",
        "Only from 09:00 to 23:00",
    ),
]


def named(facts: Facts) -> Facts:
    return Facts(**{name: getattr(facts, name) for name in Facts.__slots__} | {"names": NAMES})


def test_no_kind_is_forgotten_here():
    assert set(TESTS) == set(conditions.Test.known)


@pytest.mark.parametrize(("row", "passing", "failing", "spanish", "english"), CASES)
def test_a_test_holds_or_says_what_is_missing(row, passing, failing, spanish, english):
    condition = Condition.parse({"all": [row]})

    assert condition.check(passing)
    assert condition.explain(passing, "es") == ""
    assert not condition.check(failing)
    assert condition.explain(named(failing), "es") == f"{spanish}."
    assert condition.explain(named(failing), "en") == f"{english}."


@pytest.mark.parametrize(("row", "passing", "failing", "spanish", "english"), CASES)
def test_a_test_with_not_holds_when_it_would_not_and_says_why(row, passing, failing, spanish, english):
    condition = Condition.parse({"all": [row | {"not": True}]})

    assert condition.check(failing)
    assert not condition.check(passing)
    for language in ("es", "en"):
        assert condition.explain(named(passing), language)


@given(CONDITIONS)
def test_json_rows_and_text_are_the_same_condition(condition):
    assert Condition.parse(condition.to_json()) == condition
    assert Condition.from_text(condition.to_text()) == condition
    assert Condition.from_text(condition.to_text().replace("; ", "\n")) == condition


@given(CONDITIONS)
def test_everybody_is_told_something_in_both_languages(condition):
    for language in ("es", "en"):
        said = condition.explain(Facts(), language)
        assert bool(said) is not condition.check(Facts())
        assert bool(condition.describe(language)) is bool(condition)


@given(CONDITIONS)
def test_what_holds_for_somebody_is_possible_for_whoever_has_as_much(condition):
    facts = Facts(besitos=10**12, reactions=10**6, vip=True, hints=frozenset("a"), flags=frozenset("b"), now=CHRISTMAS)

    if condition.check(facts):
        assert condition.is_possible(facts)


def test_keys_that_are_pointed_to_are_told():
    condition = Condition.from_text("item llave 2; any visited sotano | vip | mission m completed; besitos >= 3")

    assert list(condition.refs()) == [Ref("item", "llave"), Ref("fragment", "sotano"), Ref("mission", "m")]


def test_facts_that_nobody_knows_leave_a_test_undecided():
    condition = Condition.from_text("item llave; not vip")

    assert condition.judge(Facts(unknown=frozenset({"items"}))) is None
    assert condition.judge(Facts(unknown=frozenset({"items"}), vip=True)) is False
    assert condition.explain(Facts(unknown=frozenset({"items"})), "es") == "No lo sé ahora."
