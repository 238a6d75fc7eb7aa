import pytest

from yabot.core import reactions
from yabot.core.correlation import Trace
from yabot.core.ids import uuid7
from yabot.core.models import EventRecord, Reaction, ReactionSource, ReactionTotal
from yabot.core.reactions import HEART, NewReaction, NewTotal

pytestmark = pytest.mark.django_db
GROUP = -1001


def heart(user: int, message: int = 5, source: ReactionSource = ReactionSource.NATIVE) -> NewReaction:
    return NewReaction(user, GROUP, message, HEART, source, Trace(uuid7()))


def test_a_reaction_is_noted_and_announced_once_however_often_it_comes():
    assert len(reactions.detect([heart(1), heart(1)])) == 1
    assert reactions.detect([heart(1)]) == []

    assert Reaction.objects.count() == 1
    assert EventRecord.objects.filter(type="reaction_detected").count() == 1


def test_each_message_and_each_person_counts_on_its_own():
    new = reactions.detect([heart(1), heart(2), heart(1, message=6)])

    assert len(new) == 3
    assert reactions.given_by([1, 2, 3]) == {1: 2, 2: 1}


def test_an_announced_reaction_belongs_to_its_updates_chain():
    reaction = heart(1)

    reactions.detect([reaction])

    assert EventRecord.objects.get().correlation_id == reaction.trace.correlation_id


def test_both_hearts_are_one_emoji():
    assert reactions.same_emoji("❤️") == reactions.same_emoji("❤") == HEART


def test_detecting_many_takes_as_many_statements_as_detecting_few(nothing_grows_old, django_assert_num_queries):
    reactions.detect([heart(user) for user in range(1, 401)])

    for size in (1, 400):
        with django_assert_num_queries(6):  # savepoint and release, reactions, counter, events, deliveries
            reactions.detect([heart(user, message=size + 10) for user in range(1, size + 1)])


def test_hearts_under_a_post_are_counted_by_person():
    reactions.detect([heart(user, source=ReactionSource.BUTTON) for user in (1, 2)])
    reactions.detect([heart(3, source=ReactionSource.NATIVE)])

    assert reactions.hearts_of(chat_id=GROUP, message_id=5) == 2


def total(number: int) -> NewTotal:
    return NewTotal(GROUP, 5, HEART, number, Trace(uuid7()))


def test_an_anonymous_total_is_announced_when_it_changes():
    for number in (3, 3, 5):
        reactions.count([total(number)])

    assert ReactionTotal.objects.get().total == 5
    assert EventRecord.objects.filter(type="reactions_counted").count() == 2
    assert EventRecord.objects.filter(user_id=None).count() == 2


def test_nobody_is_paid_for_a_total():
    reactions.count([total(3)])

    assert not EventRecord.objects.filter(type="reaction_detected").exists()
