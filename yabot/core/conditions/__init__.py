"""Conditions: a closed set of typed tests, as JSON that an editor fills in as rows. No expressions, no code.

``{"all": [{"is": "besitos", "at_least": 20}, {"is": "reactions", "at_least": 3, "not": true}, {"any": [...]}]}``

A new kind is one class. Every kind can check itself, say what is missing in the reader's language, say which facts it
needs, so that the facts of a whole screen are loaded in as few queries as there are kinds of facts, and say which
keys it points to.
"""

from yabot.core.conditions.base import ConditionError, Facts, Ref, Test
from yabot.core.conditions.condition import MOST_TESTS, Condition
from yabot.core.conditions.readers import (
    MISSION_STATES,
    AchievementTest,
    BesitosTest,
    HintTest,
    ItemTest,
    MissionTest,
    ReactionsTest,
    VipTest,
)
from yabot.core.conditions.stories import ChoseTest, CounterTest, FlagTest, VisitedTest
from yabot.core.conditions.times import BetweenTest, HoursTest, WeekdayTest

__all__ = [
    "MISSION_STATES",
    "MOST_TESTS",
    "AchievementTest",
    "BesitosTest",
    "BetweenTest",
    "ChoseTest",
    "Condition",
    "ConditionError",
    "CounterTest",
    "Facts",
    "FlagTest",
    "HintTest",
    "HoursTest",
    "ItemTest",
    "MissionTest",
    "ReactionsTest",
    "Ref",
    "Test",
    "VipTest",
    "VisitedTest",
    "WeekdayTest",
]
