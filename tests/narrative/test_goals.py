import orjson
import pytest

from narrative.events import GoalReached, HintOpened
from narrative.models import CommunityGoal, Hint, HintUnlock
from narrative.services import goals, hints, rules
from tests.factories.core import TelegramUserFactory
from tests.factories.gamification import WalletFactory
from tests.factories.narrative import CommunityGoalFactory, HintFactory, HintUnlockFactory, besitos
from tests.gamification.hearing import announced
from tests.narrative.telling import counted, letters, opened, reader, tell, texts, twice
from yabot.core import clock, delivery, reactions
from yabot.core.correlation import Trace
from yabot.core.ids import uuid7
from yabot.core.models import Delivery, EventRecord, MessagePriority, OutgoingMessage
from yabot.core.reactions import NewTotal, ReactionsCounted

pytestmark = pytest.mark.django_db


def total():
    return CommunityGoal.objects.get().total


def test_a_goal_is_reached_when_the_reactions_are_enough_and_its_hint_opens_for_everyone():
    goal = CommunityGoalFactory(target=10, hint=HintFactory(key="puerta", condition=besitos(10**6)))
    ana, luis = reader(), reader()

    counted(9)
    assert (opened(), total()) == (set(), 9)
    counted(10)

    assert opened() == {(ana, "puerta"), (luis, "puerta")}
    assert len(letters()) == 2
    (event,) = announced(GoalReached)
    assert (event.goal_id, event.hint_id, event.total, event.user_id) == (goal.pk, goal.hint_id, 10, None)


def test_a_goal_is_reached_once_however_often_the_total_changes_or_is_told():
    CommunityGoalFactory(target=10)
    ana = reader()

    counted(12)
    counted(8)
    counted(15)

    assert len(announced(GoalReached)) == 1
    assert len(letters(ana)) == 1


def test_a_total_delivered_twice_reaches_the_goal_once():
    CommunityGoalFactory(target=10)
    ana = reader()
    reactions.count([NewTotal(-1001, 1, "❤", 10, Trace(uuid7()))])
    twice()

    tell()

    assert len(announced(GoalReached)) == 1
    assert len(letters(ana)) == 1


def test_several_posts_and_channels_add_up():
    CommunityGoalFactory(target=10, chat_id=None)

    counted(4, chat_id=-1, message_id=1)
    counted(3, chat_id=-1, message_id=2)
    counted(3, chat_id=-2)

    assert total() == 10
    assert len(announced(GoalReached)) == 1


def test_the_goal_of_one_channel_counts_only_that_channel():
    CommunityGoalFactory(target=10, chat_id=-1)

    counted(9, chat_id=-1)
    counted(50, chat_id=-2)

    assert total() == 9
    assert announced(GoalReached) == []


def test_another_emoji_does_not_count():
    CommunityGoalFactory(target=10)

    counted(50, emoji="🔥")

    assert (total(), announced(GoalReached)) == (0, [])


def test_a_heart_is_a_heart_with_and_without_its_variation_selector():
    CommunityGoalFactory(target=10, emoji="❤️")

    counted(10, emoji="❤")

    assert len(announced(GoalReached)) == 1


def test_a_stopped_goal_counts_nothing():
    CommunityGoalFactory(target=10, is_active=False)

    counted(10)

    assert (total(), announced(GoalReached)) == (0, [])


def test_two_goals_are_reached_by_the_same_total():
    CommunityGoalFactory(target=5)
    CommunityGoalFactory(target=6)

    counted(10)

    assert len(announced(GoalReached)) == 2


def test_what_a_goal_does_belongs_to_the_chain_of_the_reaction_that_reached_it():
    CommunityGoalFactory(target=1)
    reader()

    counted(1)

    chain = EventRecord.objects.order_by("id").values_list("type", "correlation_id", "causation_id", "pk")
    kinds, chains, causes, keys = zip(*chain, strict=True)
    assert kinds == ("reactions_counted", "goal_reached", "hint_opened", "hint_unlocked")
    assert len({*chains}) == 1
    assert causes[1:] == keys[:-1]


def test_reaching_a_goal_takes_no_statement_more_for_more_posts(django_assert_max_num_queries):
    CommunityGoalFactory(target=10**6)
    for number in range(40):
        counted(1, message_id=number)
    events = announced(ReactionsCounted)

    with django_assert_max_num_queries(5):
        goals.count(events)

    assert total() == 40


def a_crowd(count):
    """So many readers, made at once."""
    model = TelegramUserFactory._meta.model
    model.objects.bulk_create([model(id=number, first_name=f"L{number}") for number in range(1, count + 1)])


def test_everyone_is_reached_in_chunks_once_also_when_the_walk_starts_again_in_the_middle():
    hint = HintFactory(condition=besitos(10**6))
    a_crowd(1_203)
    HintUnlockFactory(hint=hint, user_id=700)

    hints.open_for_all(hint_id=hint.pk, trace=Trace(uuid7()))
    assert delivery.deliver("narrative") == 1
    assert HintUnlock.objects.count() == 501
    twice()
    hints.open_for_all(hint_id=hint.pk, trace=Trace(uuid7()))
    tell()

    assert set(HintUnlock.objects.values_list("user_id", flat=True)) == {*range(1, 1_204)}
    assert HintUnlock.objects.count() == 1_203
    assert OutgoingMessage.objects.count() == 1_202  # reader 700 knew it already
    assert set(OutgoingMessage.objects.values_list("priority", flat=True)) == {MessagePriority.BROADCAST}
    assert not Delivery.objects.filter(module="narrative").exists()


def test_each_chunk_takes_the_same_statements(nothing_grows_old, django_assert_max_num_queries):
    hint = HintFactory(condition=besitos(10**6))
    a_crowd(501)
    hints.open_for_all(hint_id=hint.pk, trace=Trace(uuid7()))
    rules.occasions()  # read now and then, not for every chunk

    # begin, claim, readers, hint; known, counters, events, unlocks, addressees, besitos, messages; next chunk (3); end
    with django_assert_max_num_queries(17):
        delivery.deliver("narrative")

    assert HintUnlock.objects.count() == 500


def test_erased_readers_are_left_out_of_the_walk_and_blocked_ones_get_no_letter():
    hint = HintFactory(key="puerta", condition=besitos(10**6))
    reader(erased_at=clock.now())
    blocked = reader(blocked_at=clock.now())

    hints.open_for_all(hint_id=hint.pk, trace=None)
    tell()

    assert opened() == {(blocked, "puerta")}
    assert letters() == []


def test_opening_for_everyone_is_noted_once():
    hint = HintFactory()
    hints.open_for_all(hint_id=hint.pk, trace=None)
    first = Hint.objects.get().opened_to_all_at

    hints.open_for_all(hint_id=hint.pk, trace=None)

    assert first is not None
    assert Hint.objects.get().opened_to_all_at == first


def test_everyone_is_told_their_own_besitos():
    hint = HintFactory(title_es="La puerta")
    ana = reader(first_name="Ana")
    WalletFactory(user_id=ana, balance=3)

    hints.open_for_all(hint_id=hint.pk, trace=None)
    tell()

    assert texts(ana) == ["Buenas noches, Ana: con 3 besitos se abre «La puerta»."]


def test_a_hint_that_is_gone_or_cannot_be_read_opens_for_nobody():
    reader()
    broken = HintFactory(condition={"all": [{"is": "kisses"}]})

    gone = hints.open_for_chunk(HintOpened(hint_id=uuid7(), after_user_id=0, trace=Trace(uuid7())))
    unreadable = hints.open_for_chunk(HintOpened(hint_id=broken.pk, after_user_id=0, trace=Trace(uuid7())))

    assert (gone, unreadable) == (0, 0)
    assert not HintUnlock.objects.exists()


def test_the_walks_events_let_others_pass():
    hint = HintFactory()
    hints.open_for_all(hint_id=hint.pk, trace=None)

    record = EventRecord.objects.get(type="hint_opened")
    assert record.get_priority_display() == Delivery.objects.get(event=record).get_priority_display()
    assert orjson.loads(record.payload)["after_user_id"] == 0
    assert delivery.deliver("narrative", calm=True) == 0
