"""How many SQL statements a reaction costs, from the stored update to the message row."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench.in_process import promote, reaction
from tests.engine import ENGINE
from tests.flows.story import write_story
from yabot.bot import RAW
from yabot.core import delivery
from yabot.core.models import OutgoingMessage
from yabot.core.telegram import inbox
from yabot.core.telegram.lane import run_raw

pytestmark = pytest.mark.django_db(transaction=True)


def statements(readers: int, first: int) -> int:
    """Run the chains of so many new readers; the statements they took, BEGIN and COMMIT included."""
    stored = inbox.store([reaction(number) for number in range(first, first + readers)])
    with CaptureQueriesContext(connection) as captured:
        run_raw(RAW["message_reaction"], stored)
        for module in ("gamification", "narrative"):  # those the bell rings for
            delivery.deliver(module)
    return len(captured)


@pytest.fixture
def story(nothing_grows_old) -> None:
    write_story()
    promote()
    statements(3, first=1)  # what is read once is read


def test_one_reaction_takes_at_most_thirty(story):
    assert statements(1, first=1000) <= (40 if ENGINE == "mongodb" else 30)
    assert OutgoingMessage.objects.count() == 4


def test_a_hundred_reactions_take_at_most_sixty_in_all(story):
    assert statements(100, first=1000) <= 60
    assert OutgoingMessage.objects.count() == 103


def test_four_hundred_reactions_take_no_more_than_a_hundred(story):
    hundred = statements(100, first=1000)

    assert statements(400, first=2000) <= hundred + (10 if ENGINE == "mongodb" else 0)
    assert OutgoingMessage.objects.count() == 503
