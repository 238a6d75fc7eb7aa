"""Letters that are late: written when their time has come, with what is true then, in the hours readers want."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import orjson
import pytest
import time_machine

from gamification.models import Account
from narrative.events import FragmentCompleted
from narrative.models import DueLetter, Hint, LucienRule, Occasion
from narrative.services import due_letters, happenings, library, lucien, rules
from tests.factories.core import TelegramUserFactory
from tests.factories.gamification import WalletFactory
from tests.factories.narrative import HintFactory, LucienTemplateFactory
from tests.gamification.test_parallel import at_once
from tests.narrative.stories import choice, ending, fragment, story
from tests.narrative.telling import earn
from yabot.core import people
from yabot.core.models import OutgoingMessage, TelegramUser
from yabot.core.ports import wallets as port

pytestmark = pytest.mark.django_db
ANA = 7
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
NIGHT = datetime(2026, 5, 1, 23, tzinfo=UTC)
MORNING = datetime(2026, 5, 2, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def ana() -> None:
    with time_machine.travel(NOON - HOUR):  # what she earned is told before what these days bring
        TelegramUserFactory(id=ANA, first_name="Ana", language="es")
        WalletFactory(user_id=ANA, balance=10)


@pytest.fixture
def economy(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """An economy that can go away: ``economy.goes()``, ``economy.comes_back()``."""
    provider = port.balances._provider
    return SimpleNamespace(
        goes=lambda: monkeypatch.setattr(port.balances, "_provider", None),
        comes_back=lambda: monkeypatch.setattr(port.balances, "_provider", provider),
    )


def texts() -> list[str]:
    """What Lucien owes, in words."""
    return [orjson.loads(row.payload)["text"] for row in OutgoingMessage.objects.order_by("id")]


def template(**more):
    return LucienTemplateFactory(
        **{"key": "hola", "text_es": "Tienes {besitos}.", "text_en": "You have {besitos}."} | more
    )


def has(balance: int) -> None:
    Account.objects.filter(user_id=ANA).update(balance=balance)


def by_habit_with_a_late_letter() -> None:
    LucienRule.objects.create(occasion=Occasion.ENDING, template=template(delay_seconds=3600))
    event = FragmentCompleted(user_id=ANA, story="casa", fragment="fin", ending="fin")
    rules.note([happenings.completion(event)])


def by_a_letter_of_its_own_delay() -> None:
    template(delay_seconds=3600)
    lucien.write("hola", ANA, reference="story:1:1:effect:0")


def at_a_time() -> None:
    template()
    lucien.write("hola", ANA, reference="api:7:a", at=NOON + HOUR)


def by_a_hint() -> None:
    HintFactory(template=template(delay_seconds=3600))
    earn({ANA: 10})


LATE = [by_habit_with_a_late_letter, by_a_letter_of_its_own_delay, at_a_time, by_a_hint]


@pytest.mark.parametrize("owe", LATE)
def test_a_late_letter_tells_what_is_true_when_it_comes(owe) -> None:
    with time_machine.travel(NOON, tick=False):
        owe()
        assert (texts(), due_letters.deliver_due()) == ([], 0)

    has(60)
    people.choose_language(user_id=ANA, language="en")
    with time_machine.travel(NOON + HOUR, tick=False):
        assert due_letters.deliver_due() == 1

    assert texts() == ["You have 60."]
    assert DueLetter.objects.get().was_sent


@pytest.mark.parametrize("owe", LATE)
def test_a_late_letter_keeps_the_quiet_hours_of_the_day_it_comes(owe) -> None:
    with time_machine.travel(NOON, tick=False):
        owe()

    people.wish(ANA, quiet_from=22, quiet_until=8)
    with time_machine.travel(NIGHT, tick=False):
        assert due_letters.deliver_due() == 0
    assert DueLetter.objects.get().due_at == MORNING
    with time_machine.travel(MORNING, tick=False):
        assert due_letters.deliver_due() == 1


def test_a_letter_written_at_night_waits_for_the_morning_and_tells_what_is_true_then() -> None:
    people.wish(ANA, quiet_from=22, quiet_until=8)
    template()
    with time_machine.travel(NIGHT, tick=False):
        assert lucien.write("hola", ANA, reference="x")
    assert texts() == []

    has(3)
    with time_machine.travel(MORNING, tick=False):
        due_letters.deliver_due()
    assert texts() == ["Tienes 3."]


def test_a_letter_that_is_not_late_goes_at_once_and_leaves_no_row() -> None:
    template()

    lucien.write("hola", ANA, reference="x")

    assert texts() == ["Tienes 10."]
    assert not DueLetter.objects.exists()


def test_the_letters_of_one_step_cost_as_much_as_one(django_assert_max_num_queries) -> None:
    template()
    TelegramUserFactory(id=8)
    many = [lucien.Letter("hola", ANA, f"step:{number}") for number in range(20)]

    with django_assert_max_num_queries(7):  # two of them the test's own savepoint
        owed = lucien.write_all([*many, lucien.Letter("ninguna", ANA, "gone"), lucien.Letter("hola", 99, "nobody")])

    assert owed == {letter.reference for letter in many}
    assert len(texts()) == 20


def test_late_letters_of_one_step_cost_as_much_as_one(django_assert_max_num_queries) -> None:
    template(delay_seconds=60)

    with django_assert_max_num_queries(7):  # two of them the test's own savepoint
        lucien.write_all([lucien.Letter("hola", ANA, f"step:{number}") for number in range(20)])

    assert DueLetter.objects.count() == 20


def test_one_reference_is_one_letter_now_or_later() -> None:
    template()
    for at in (None, NOON + HOUR, None, NOON + HOUR):
        with time_machine.travel(NOON, tick=False):
            lucien.write("hola", ANA, reference="x", at=at)
    with time_machine.travel(NOON + 2 * HOUR):
        due_letters.deliver_due()

    assert len(texts()) == 1


def test_a_letter_about_a_hint_that_is_no_more_is_not_written() -> None:
    with time_machine.travel(NOON, tick=False):
        by_a_hint()
    Hint.objects.update(is_active=False)

    with time_machine.travel(NOON + HOUR):
        assert due_letters.deliver_due() == 0

    letter = DueLetter.objects.get()
    assert (letter.was_sent, letter.error) == (False, "no longer true")


def test_who_blocked_the_bot_meanwhile_gets_nothing() -> None:
    with time_machine.travel(NOON, tick=False):
        at_a_time()
    TelegramUser.objects.filter(pk=ANA).update(blocked_at=NOON)

    with time_machine.travel(NOON + HOUR):
        due_letters.deliver_due()

    assert texts() == []
    assert DueLetter.objects.get().done_at is not None


def test_a_late_letter_of_a_hint_stays_in_its_chain() -> None:
    with time_machine.travel(NOON, tick=False):
        by_a_hint()
    waiting = DueLetter.objects.get()

    with time_machine.travel(NOON + HOUR):
        due_letters.deliver_due()

    message = OutgoingMessage.objects.get()
    assert (message.correlation_id, message.causation_id) == (waiting.correlation_id, waiting.causation_id)
    assert message.key == lucien.key_of(Hint.objects.get().key, ANA)


class TestOneThatCannotBeWritten:
    def test_holds_up_no_other(self, caplog) -> None:
        letter = template()
        bad = LucienRule.objects.create(occasion="ending", condition={"all": [{"is": "gone"}]}, template=letter)
        good = LucienRule.objects.create(occasion="ending", template=letter)
        event = FragmentCompleted(user_id=ANA, story="casa", fragment="fin", ending="fin")
        rules.note([happenings.completion(event)])
        DueLetter.objects.filter(rule=bad).update(due_at=NOON)

        assert due_letters.deliver_due() == 1

        assert DueLetter.objects.get(rule=good).was_sent
        waiting = DueLetter.objects.get(rule=bad)
        assert waiting.done_at is None
        assert "gone" in waiting.error
        assert "cannot be written" in caplog.text

    def test_is_tried_ever_more_slowly_and_given_up_after_a_week(self, economy) -> None:
        with time_machine.travel(NOON, tick=False):
            at_a_time()
        economy.goes()

        pauses, now = [], NOON + HOUR
        while (letter := DueLetter.objects.get()).done_at is None:
            now = letter.due_at + timedelta(seconds=1)
            with time_machine.travel(now, tick=False):
                due_letters.deliver_due()
            pauses.append(DueLetter.objects.get().due_at - now)

        assert pauses[0] == timedelta(minutes=1)
        assert max(pauses) == HOUR
        assert len(pauses) < 250
        assert timedelta(days=7) < now - (NOON + HOUR) <= timedelta(days=7, hours=1)
        assert (letter.was_sent, letter.error) == (False, "nobody knows")

    def test_is_written_when_somebody_knows_again(self, economy) -> None:
        template()
        economy.goes()
        with time_machine.travel(NOON, tick=False):
            assert lucien.write("hola", ANA, reference="x")
            assert texts() == []
        economy.comes_back()

        with time_machine.travel(NOON + HOUR):
            assert due_letters.deliver_due() == 1
        assert texts() == ["Tienes 10."]

    def test_is_written_when_an_editor_has_mended_it(self, caplog) -> None:
        with time_machine.travel(NOON, tick=False):
            at_a_time()
        letter = DueLetter.objects.get().template_now
        letter.text_es = "Hola, {nadie}."
        letter.save()
        with time_machine.travel(NOON + HOUR):
            assert due_letters.deliver_due() == 0
        letter.text_es = "Hola."
        letter.save()

        with time_machine.travel(NOON + 2 * HOUR):
            assert due_letters.deliver_due() == 1
        assert "cannot be written" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_four_processes_at_once_write_each_letter_once() -> None:
    template()
    with time_machine.travel(NOON, tick=False):
        lucien.write_all([lucien.Letter("hola", ANA, f"x{number}", at=NOON + HOUR) for number in range(6)])

    written = at_once(*[due_letters.deliver_due] * 4)

    assert sum(written) == 6
    assert len(texts()) == 6
    assert not DueLetter.objects.filter(was_sent=False).exists()


@pytest.mark.django_db(transaction=True)
def test_the_same_thing_heard_at_once_is_one_letter() -> None:
    library.release(story(fragment("sala", choice("fin")), ending("fin")))
    LucienRule.objects.create(occasion=Occasion.ENDING, template=template())
    event = FragmentCompleted(user_id=ANA, story="casa", fragment="fin", ending="fin")

    noted = at_once(*[lambda: rules.note([happenings.completion(event)])] * 4)

    assert sorted(noted) == [0, 0, 0, 1]
