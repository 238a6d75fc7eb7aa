"""Events that nobody can read or handle any more are put aside, and hold nobody back."""

from collections import Counter

import pytest

from tests.core.hearing import MODULE, Journal, OtherHappened, listening
from tests.core.test_delivery import things
from yabot.core import delivery
from yabot.core.events import publish
from yabot.core.models import Delivery, EventRecord

pytestmark = pytest.mark.django_db


def test_an_event_of_a_type_nobody_knows_any_more_is_put_aside_not_lost():
    with listening(Journal()):
        things(1)
    EventRecord.objects.update(type="forgotten_thing")

    with listening(Journal()):
        assert delivery.deliver(MODULE) == 0

    assert Delivery.objects.get().dead_at is not None


def test_receivers_that_fail_leave_no_half_done_work():
    def hear(events):
        publish([OtherHappened(user_id=9)])
        raise ValueError

    with listening(hear):
        things(1)
        delivery.deliver(MODULE)

    assert Counter(EventRecord.objects.values_list("type", flat=True)) == {"thing_happened": 1}


@pytest.mark.parametrize("payload", ['{"colour": "red"}', "[]", "{", '{"number"'])
def test_an_event_that_cannot_be_read_is_a_dead_letter_and_holds_nobody_back(payload):
    journal = Journal()
    with listening(journal):
        things(1, 2, 3)
        EventRecord.objects.filter(user_id=2).update(payload=payload)
        delivery.deliver(MODULE)

    assert [event.user_id for event in journal.events] == [1, 3]
    assert Delivery.objects.get().last_error == delivery.UNREADABLE
