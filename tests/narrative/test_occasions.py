"""What Lucien writes about: every occasion, what his letters may say of it, and what he looks at again."""

from datetime import UTC, datetime, timedelta

import orjson
import pytest
import time_machine
from django.core.exceptions import ValidationError

from channeladmin.models import Subscription
from channeladmin.services import subscriptions
from gamification.services import wallets
from narrative.models import DueLetter, LucienRule, Occasion, ReaderProgress
from narrative.services import choices, due_letters, hints, library, silences
from narrative.story.content import Choice
from tests.factories.core import TelegramUserFactory
from tests.factories.narrative import HintFactory, LucienTemplateFactory
from tests.narrative.stories import choice, ending, fragment, story, words
from yabot.core import clock, delivery
from yabot.core.bot import start
from yabot.core.conditions import Condition
from yabot.core.models import OutgoingMessage, TelegramUser

pytestmark = pytest.mark.django_db
ANA = 7
DAY = timedelta(days=1)
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
OPEN = Choice(key="abrir", label=words("Abrir la puerta", en="Open the door"), target="patio")
HOUSE = story(
    fragment("sala", OPEN, choice("fin")), fragment("patio", choice("sala", key="volver")), ending("fin", "La salida")
)


@pytest.fixture(autouse=True)
def house():
    library.release(HOUSE)
    TelegramUserFactory(id=ANA, first_name="Ana", language="es")


def habit(occasion: Occasion, says: str = "Hola, {nombre}.", *, when: str = "", **more) -> LucienRule:
    letter = LucienTemplateFactory(text_es=says, text_en="")
    condition = Condition.from_text(when).to_json()
    rule = LucienRule(occasion=occasion, template=letter, condition=condition, **more)
    rule.full_clean()
    rule.save()
    return rule


def texts() -> list[str]:
    """What Lucien writes by habit, once everybody was told what happened."""
    delivery.deliver("gamification")
    delivery.deliver("narrative")
    delivery.deliver("narrative")
    due_letters.deliver_due()
    rows = OutgoingMessage.objects.filter(key__startswith="letter:rule:").order_by("id")
    return [orjson.loads(row.payload)["text"] for row in rows]


def go(*keys: str) -> None:
    place = choices.begin(ANA, story="casa")
    for key in keys:
        place = choices.follow(ANA, story="casa", step=place.progress.step, choice=key)


class TestWhatHappened:
    def test_the_first_start(self) -> None:
        habit(Occasion.STARTED)
        reader = TelegramUser.objects.get(pk=ANA)
        TelegramUser.objects.filter(pk=ANA).update(started_at=None)
        for _ in range(2):
            start.begin(reader, "")
        assert texts() == ["Hola, Ana."]

    def test_a_story_begun_and_begun_again(self) -> None:
        habit(Occasion.BEGUN, "{historia}: {fragmento}", once=False)
        go()
        go("abrir")
        assert texts() == ["La casa: Sala"]
        choices.restart(ANA, story="casa")
        assert len(texts()) == 2

    def test_a_decision_with_its_words(self) -> None:
        habit(Occasion.DECISION, "{historia}, {fragmento}: {opcion}", key="abrir")
        go("abrir", "volver")
        assert texts() == ["La casa, Sala: Abrir la puerta"]

    def test_words_are_in_the_readers_language(self) -> None:
        TelegramUser.objects.filter(pk=ANA).update(language="en")
        habit(Occasion.DECISION, "{opcion}")
        go("abrir")
        assert texts() == ["Open the door"]

    def test_an_ending_with_its_name(self) -> None:
        habit(Occasion.ENDING, "{final}")
        go("a-fin")
        assert texts() == ["La salida"]

    def test_a_hint_with_its_title(self) -> None:
        HintFactory(key="reloj", title_es="El reloj", template=None)
        HintFactory(key="otra", template=None)
        habit(Occasion.HINT, "{pista}", key="reloj")
        hints.open_for_reader(ANA, ["reloj", "otra"])
        assert texts() == ["El reloj"]

    def test_besitos_when_they_are_reached_and_not_again(self) -> None:
        habit(Occasion.BESITOS, "{besitos}", amount=50, once=False)
        for number in range(5):
            wallets.add(user_id=ANA, amount=20, reason="courtesy", reference=f"x{number}")
        assert texts() == ["100"]

    def test_besitos_reached_a_second_time(self) -> None:
        habit(Occasion.BESITOS, amount=50, once=False)
        wallets.add(user_id=ANA, amount=50, reason="courtesy", reference="a")
        wallets.spend(user_id=ANA, amount=10, reason="fragment", reference="b")
        wallets.add(user_id=ANA, amount=10, reason="courtesy", reference="c")
        assert len(texts()) == 2

    def test_vip_begun(self) -> None:
        habit(Occasion.VIP)
        Subscription.objects.create(user_id=ANA)
        assert [subscriptions.announce_due(), subscriptions.announce_due()] == [1, 0]
        assert texts() == ["Hola, Ana."]


class TestSilence:
    @pytest.fixture
    def moved(self) -> datetime:
        with time_machine.travel(NOON, tick=False):
            habit(Occasion.SILENT, "{nombre}, {fragmento} te espera.", amount=3, once=False)
            silences.note_due()
            go("abrir")
        return NOON

    def look(self, moment: datetime) -> list[str]:
        with time_machine.travel(moment):
            silences.note_due()
            return texts()

    def test_is_written_to_once_when_it_is_long_enough(self, moved) -> None:
        assert self.look(moved + 2 * DAY) == []
        for days in (3, 4, 30):
            assert self.look(moved + days * DAY + timedelta(minutes=1)) == ["Ana, Patio te espera."]

    def test_is_another_one_after_the_reader_has_gone_on(self, moved) -> None:
        assert len(self.look(moved + 4 * DAY)) == 1
        with time_machine.travel(moved + 5 * DAY, tick=False):
            go("volver")
        assert len(self.look(moved + 6 * DAY)) == 1
        assert len(self.look(moved + 9 * DAY)) == 2

    def test_is_over_when_the_reader_goes_on_before_the_letter_comes(self, moved) -> None:
        LucienRule.objects.update(delay_seconds=3600)
        self.look(moved + 3 * DAY + timedelta(minutes=1))
        with time_machine.travel(moved + 3 * DAY + timedelta(minutes=30), tick=False):
            go("volver")
        assert self.look(moved + 3 * DAY + timedelta(hours=2)) == []
        assert DueLetter.objects.get().error == "no longer true"

    def test_at_an_ending_is_none(self, moved) -> None:
        with time_machine.travel(moved, tick=False):
            go("volver", "a-fin")
        assert self.look(moved + 4 * DAY) == []

    def test_in_one_story_is_none_while_another_is_read(self, moved) -> None:
        library.release(story(fragment("a", choice("b")), fragment("b"), key="otra"))
        with time_machine.travel(moved + 2 * DAY, tick=False):
            choices.begin(ANA, story="otra")
        assert self.look(moved + 4 * DAY) == []
        assert self.look(moved + 6 * DAY) == ["Ana, A te espera."]

    def test_that_is_older_than_the_habit_is_left_in_peace(self) -> None:
        with time_machine.travel(NOON, tick=False):
            go("abrir")
        with time_machine.travel(NOON + 10 * DAY, tick=False):
            habit(Occasion.SILENT, amount=3)
        assert self.look(NOON + 10 * DAY) == []
        assert self.look(NOON + 20 * DAY) == []

    def test_of_very_many_is_noted_in_parts(self, moved, monkeypatch) -> None:
        monkeypatch.setattr(silences, "CHUNK", 2)
        row = ReaderProgress.objects.get()
        for number in range(5):
            TelegramUserFactory(id=100 + number)
            at = moved + timedelta(minutes=number // 2)
            ReaderProgress.objects.create(
                user_id=100 + number,
                story=row.story,
                release=row.release,
                fragment="sala",
                step=1,
                state=row.state,
                moved_at=at,
            )
        assert len(self.look(moved + 4 * DAY)) == 6


class TestLookedAtAgain:
    def test_with_what_the_story_knows_of_its_reader(self) -> None:
        habit(Occasion.LEFT, key="sala", when="not visited fin; chose abrir", delay_seconds=60)
        go("abrir", "volver", "a-fin")
        assert texts() == []
        with time_machine.travel(clock.now() + timedelta(minutes=2)):
            assert texts() == []
        assert DueLetter.objects.get().error == "no longer true"

    def test_and_written_when_it_holds(self) -> None:
        habit(Occasion.LEFT, key="sala", when="not visited fin; chose abrir", delay_seconds=60)
        go("abrir", "volver")
        assert texts() == []
        with time_machine.travel(clock.now() + timedelta(minutes=2)):
            assert len(texts()) == 1

    def test_by_a_reader_who_never_read_the_story(self) -> None:
        rule = habit(Occasion.ENDING, when="visited sala")
        waiting = {"about": {"story": "casa"}, "due_at": NOON, "since": clock.now()}
        DueLetter.objects.create(rule=rule, user_id=ANA, reference="x", **waiting)
        assert texts() == []
        assert DueLetter.objects.get().error == "no longer true"


class TestWhatDoesNotGoTogether:
    @pytest.mark.parametrize(
        ("occasion", "more", "field", "words"),
        [
            (Occasion.STARTED, {"when": "visited sala"}, "condition", "no es de ninguna historia"),
            (Occasion.VIP, {"key": "sala"}, "key", "deja el campo vacío"),
            (Occasion.BESITOS, {}, "amount", "Di cuántos"),
            (Occasion.BESITOS, {"amount": 0}, "amount", "Di cuántos"),
            (Occasion.SILENT, {"amount": 400}, "amount", "365"),
            (Occasion.ENDING, {"amount": 4}, "amount", "no se cuenta"),
            (Occasion.STARTED, {"says": "{historia}"}, "template", "{historia}"),
            (Occasion.LEFT, {"says": "{if final}Hola{end}"}, "template", "{final}"),
            (Occasion.DECISION, {"says": "{pista}"}, "template", "{pista}"),
        ],
    )
    def test_is_refused_where_it_stands(self, occasion, more, field, words) -> None:
        with pytest.raises(ValidationError) as refused:
            habit(occasion, **more)
        assert list(refused.value.message_dict) == [field]
        assert words in refused.value.message_dict[field][0]

    def test_a_story_where_nothing_happens_in_one(self) -> None:
        made = library.release(HOUSE)
        with pytest.raises(ValidationError) as refused:
            habit(Occasion.VIP, story=made.story)
        assert list(refused.value.message_dict) == ["story"]

    def test_a_letter_in_use_says_nothing_that_its_use_does_not_know(self) -> None:
        letter = habit(Occasion.ENDING, "{final}").template
        letter.text_es = "{pista}"
        with pytest.raises(ValidationError, match=r"no se sabe \{pista\}"):
            letter.full_clean(exclude=["picture"])

    def test_a_hints_letter_knows_no_story(self) -> None:
        letter = LucienTemplateFactory(text_es="{historia}", text_en="")
        with pytest.raises(ValidationError, match=r"\{historia\}"):
            HintFactory.build(template=letter).full_clean()
