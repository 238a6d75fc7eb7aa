"""What the story knows of its readers through the ports of others: facts, and how things are called."""

import pytest

from narrative.services import knowledge
from yabot.core.conditions import MISSION_STATES, Condition
from yabot.core.ports import achievements, inventories, missions
from yabot.core.ports.achievements import Achievements
from yabot.core.ports.facts import TOLD_BY, untold
from yabot.core.ports.inventories import Items
from yabot.core.ports.missions import Missions, MissionState
from yabot.core.ports.names import Name

pytestmark = pytest.mark.django_db
ASKS = Condition.from_text("item llave 2; mission jardin completed; achievement lector")
NEEDS = frozenset({"items", "missions", "achievements"})


@pytest.fixture
def tellers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A module that has items, missions and achievements: of reader 7 some."""
    answers = {
        inventories.items: Items({7: {"llave": 2}}, {"llave": Name("La llave de plata", "The silver key")}),
        missions.missions: Missions({7: {"jardin": MissionState.COMPLETED}}, {"jardin": Name("El jardín", "Garden")}),
        achievements.achievements: Achievements({7: ("lector",)}, {"lector": Name("Lector", "Bookworm")}),
    }
    for question, answer in answers.items():
        monkeypatch.setattr(question, "_provider", lambda _asked, answer=answer: answer)


@pytest.mark.usefixtures("tellers")
def test_items_missions_and_achievements_decide_once_somebody_tells_them():
    assert ASKS.judge(knowledge.for_story(7, NEEDS)) is True
    assert ASKS.judge(knowledge.for_story(8, NEEDS)) is False
    assert untold(NEEDS) == frozenset()


@pytest.mark.usefixtures("tellers")
@pytest.mark.parametrize(
    ("language", "named"),
    [("es", ("La llave de plata", "El jardín", "Lector")), ("en", ("The silver key", "Garden", "Bookworm"))],
)
def test_what_is_missing_is_called_as_its_module_calls_it(language, named):
    facts = knowledge.for_story(8, NEEDS)
    for test, name in zip(ASKS.tests, named, strict=True):
        assert name in test.missing(facts, language)


def test_what_nobody_tells_stays_undecided():
    facts = knowledge.for_story(7, NEEDS)
    assert facts.unknown == NEEDS == untold(NEEDS)
    assert ASKS.judge(facts) is None


def test_a_mission_has_the_states_that_conditions_ask_for():
    assert tuple(MissionState) == MISSION_STATES


def test_every_fact_that_others_tell_is_asked_for():
    assert {*knowledge._ASKED} == {*TOLD_BY}
