import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gamification.events import BesitosAdded
from narrative.events import HintUnlocked
from narrative.models import HintUnlock, Occasion
from narrative.services import hints, rules
from tests.factories.gamification import WalletFactory
from tests.factories.narrative import HintFactory, LucienTemplateFactory, besitos, reactions
from tests.gamification.hearing import announced
from tests.narrative.telling import earn, earned, has_reacted, letters, opened, react, reader, tell, texts, twice
from yabot.core import clock, delivery, events
from yabot.core.models import Delivery, EventRecord, OutgoingMessage

pytestmark = pytest.mark.django_db

BOTH = {"all": [*besitos(5)["all"], *reactions(2)["all"]]}


def test_a_hint_opens_when_the_balance_is_enough_and_lucien_writes():
    HintFactory(key="llave", title_es="La llave", condition=besitos(5))
    ana, luis = reader(first_name="Ana"), reader()

    earn({ana: 5, luis: 4})

    assert opened() == {(ana, "llave")}
    assert texts() == ["Buenas noches, Ana: con 5 besitos se abre «La llave»."]


def test_a_hint_opens_when_the_reactions_are_enough():
    HintFactory(key="llave", condition=reactions(2))
    ana, luis = reader(), reader()
    has_reacted(ana, 1)

    react(ana, luis, message_id=900)

    assert opened() == {(ana, "llave")}


def test_a_hint_that_asks_for_both_waits_for_both():
    HintFactory(key="llave", condition=BOTH)
    ana = reader()
    WalletFactory(user_id=ana, balance=5)
    has_reacted(ana, 1)

    tell()
    assert opened() == set()
    react(ana, message_id=900)

    assert opened() == {(ana, "llave")}


def test_a_balance_opens_what_asks_for_both_when_the_reactions_were_there():
    HintFactory(key="llave", condition=BOTH)
    ana = reader()
    has_reacted(ana, 2)

    earn({ana: 5})

    assert opened() == {(ana, "llave")}


def test_a_balance_that_was_enough_for_a_moment_opens_whatever_the_size_of_the_batch():
    HintFactory(key="llave", condition=besitos(5))
    ana = reader()
    events.publish([earned(ana, 9), earned(ana, 2)])

    tell()

    assert opened() == {(ana, "llave")}


def test_one_balance_opens_every_hint_it_is_enough_for():
    HintFactory(key="a", condition=besitos(1))
    HintFactory(key="b", condition=besitos(2))
    HintFactory(key="c", condition=besitos(3))
    ana = reader()

    earn({ana: 2})

    assert opened() == {(ana, "a"), (ana, "b")}


def test_every_event_delivered_twice_opens_and_writes_once():
    HintFactory(key="llave", condition=besitos(5))
    HintFactory(key="puerta", condition=reactions(1))
    ana = reader()
    WalletFactory(user_id=ana, balance=5)
    react(ana)
    events.publish([earned(ana, 6), earned(ana, 7)])
    twice()
    twice()

    tell()

    assert opened() == {(ana, "llave"), (ana, "puerta")}
    assert len(letters(ana)) == 2
    assert len(announced(HintUnlocked)) == 2


def test_the_opening_follows_from_what_was_earned():
    HintFactory(key="llave", condition=besitos(5))
    ana = reader()

    earn({ana: 5})

    cause = EventRecord.objects.get(type=BesitosAdded.type_name())
    (event,) = announced(HintUnlocked)
    assert (event.user_id, event.hint_key) == (ana, "llave")
    assert (event.trace.correlation_id, event.trace.event_id) == (cause.correlation_id, cause.pk)
    assert HintUnlock.objects.get().correlation_id == cause.correlation_id
    assert OutgoingMessage.objects.get().correlation_id == cause.correlation_id


def test_a_hint_open_from_the_start_is_never_announced():
    HintFactory(condition={})
    ana = reader()

    earn({ana: 100})
    react(ana)

    assert opened() == set()
    assert letters() == []


def test_what_is_open_for_everyone_is_not_announced_again():
    HintFactory(condition=besitos(5), opened_to_all_at=clock.now())
    ana = reader()

    earn({ana: 5})

    assert letters() == []


def test_an_inactive_hint_stays_closed():
    HintFactory(condition=besitos(5), is_active=False)
    ana = reader()

    earn({ana: 5})

    assert opened() == set()


@pytest.mark.parametrize("state", ["blocked_at", "erased_at"])
def test_who_cannot_be_written_to_gets_the_hint_and_no_letter(state):
    HintFactory(key="llave")
    ana = reader(**{state: clock.now()})

    earn({ana: 5})

    assert opened() == {(ana, "llave")}
    assert letters() == []


def test_a_condition_that_cannot_be_read_opens_nothing_and_stops_nobody():
    HintFactory(key="rota", condition={"all": [{"is": "kisses"}]})
    HintFactory(key="llave", condition=besitos(5))
    ana = reader()

    earn({ana: 5})

    assert opened() == {(ana, "llave")}


def test_reactions_are_not_delivered_to_the_story_while_no_hint_looks_at_them():
    HintFactory(condition=besitos(50))
    ana = reader()
    before = Delivery.objects.filter(module="narrative").count()

    hints_want = hints.watches_reactions()
    react(ana)

    assert not hints_want
    assert not EventRecord.objects.filter(type="reaction_detected", deliveries__module="narrative").exists()
    assert Delivery.objects.filter(module="narrative").count() == before


def statements(users: list[int], letter) -> int:
    HintFactory(condition=besitos(10_000 + len(users)), template=letter)
    balance = 10_000 + len(users)
    events.publish([earned(user, balance) for user in users])
    with CaptureQueriesContext(connection) as queries:
        assert delivery.deliver("narrative") == len(users)
    assert HintUnlock.objects.filter(user_id__in=users).count() >= len(users)
    return len(queries)


def test_one_new_hint_and_letter_takes_as_many_statements_as_four_hundred(nothing_grows_old):
    letter = LucienTemplateFactory()
    readers = [reader() for _ in range(501)]
    hints.watches_reactions()
    rules.any_for(Occasion.HINT)

    counts = [statements(part, letter) for part in (readers[:1], readers[1:101], readers[101:])]

    # The catalogue is read anew each time, because a hint was just written.
    assert counts == [counts[0]] * 3
    assert counts[0] <= 13
    assert len(letters()) == 1 + 2 * 100 + 3 * 400  # the earlier hints open too


@pytest.mark.usefixtures("nothing_grows_old")
def test_a_reaction_that_opens_nothing_new_reads_three_times_at_most(django_assert_max_num_queries):
    HintFactory(condition=besitos(5))
    ana = reader()
    earn({ana: 5})

    with django_assert_max_num_queries(3):
        assert hints.unlock_by_balance([earned(ana, 6)]) == 0


def test_events_about_nobody_open_nothing():
    HintFactory(condition=besitos(5))
    HintFactory(condition=reactions(1))

    assert hints.unlock_by_balance([]) == 0
    assert hints.unlock_by_reaction([]) == 0
