"""/ajustes: language, pace, silence; and letters that wait for the morning."""

from datetime import UTC, datetime, timedelta
from zoneinfo import available_timezones

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from gamification.bot import wallet
from gamification.services import wallets
from narrative.models import DueLetter
from narrative.services import knowledge, lucien
from narrative.services.addressees import after_the_night
from tests.factories.core import TelegramUserFactory
from tests.factories.narrative import LucienTemplateFactory
from yabot.core.bot import wishes
from yabot.core.bot.paging import pages_of
from yabot.core.conditions import Condition
from yabot.core.models import OutgoingMessage, TelegramUser
from yabot.core.people import Person
from yabot.core.telegram.callbacks import unpack
from yabot.core.telegram.screens import Alert
from yabot.core.zones import CITIES

ANA = Person(7, "Ana")


def labels(shown) -> list[str]:
    return [button.text for row in shown.buttons for button in row]


def marked(shown) -> list[str]:
    return [label.removeprefix("✓ ") for label in labels(shown) if label.startswith("✓")]


def press(shown, label: str):
    (data,) = [button.data for row in shown.buttons for button in row if label in button.text]
    return wishes.choose_zone(ANA, city=unpack(data, user_id=7).values[0])


@pytest.mark.django_db
def test_each_wish_is_one_press_and_kept() -> None:
    assert "al momento" in wishes.wishes(ANA).text.text
    assert "con calma, como quien las escribe" in wishes.change_pace(ANA).text.text
    assert TelegramUser.objects.get(pk=7).is_calm is True
    assert "Las páginas llegan: al momento" in wishes.change_pace(ANA).text.text
    assert "con una descripción de lo que se ve" in wishes.change_pictures(ANA).text.text
    assert TelegramUser.objects.get(pk=7).describe_pictures is True
    assert "sin describir" in wishes.change_pictures(ANA).text.text


@pytest.mark.django_db
def test_a_night_is_chosen_and_marked() -> None:
    assert marked(wishes.wishes(ANA)) == ["Sin silencio"]
    chosen = wishes.choose_night(ANA, night="22-8")
    assert marked(chosen) == ["Silencio de 22 a 8"]
    assert "salvo de 22:00 – 08:00" in chosen.text.text
    assert "a cualquier hora" in wishes.choose_night(ANA, night="nunca").text.text
    assert TelegramUser.objects.get(pk=7).quiet_from is None
    wishes.choose_night(ANA, night="0-10")
    for unknown in ("", "1-99"):
        assert marked(wishes.choose_night(ANA, night=unknown)) == ["Silencio de 0 a 10"]


@pytest.mark.django_db
def test_a_reader_says_what_time_it_is_and_not_what_a_zone_is_called() -> None:
    with time_machine.travel(datetime(2026, 1, 7, 12, tzinfo=UTC), tick=False):
        first = wishes.cities(ANA, page=0)
        assert labels(first)[:2] == ["Madrid · 13:00", "Ciudad de México · 06:00"]
        assert "Tu hora: Ciudad de México · 06:00" in press(first, "México").text.text
        assert marked(wishes.cities(ANA, page=0)) == ["Ciudad de México · 06:00"]
    assert TelegramUser.objects.get(pk=7).time_zone == "America/Mexico_City"


@pytest.mark.django_db
@pytest.mark.usefixtures("at_one_moment")
def test_every_city_is_on_a_page_and_fits_its_button() -> None:
    count = pages_of(len(CITIES), wishes.SHOWN)
    pages = [labels(wishes.cities(ANA, page=page)) for page in range(count)]
    shown = [label.partition(" · ")[0] for page in pages for label in page if " · " in label]
    assert shown == [city.es for city in CITIES]
    assert ("‹" in pages[0], "›" in pages[0], "‹" in pages[-1], "›" in pages[-1]) == (False, True, True, False)
    assert labels(wishes.cities(ANA, page=99)) == pages[-1]
    assert all(city.zone in available_timezones() for city in CITIES)


@pytest.mark.django_db
def test_a_city_that_is_not_in_the_list_is_refused() -> None:
    refused = wishes.choose_zone(ANA, city="Mars.Base")
    assert refused == Alert("Esa ciudad ya no está en la lista.", box=True)
    assert TelegramUser.objects.get(pk=7).time_zone == "UTC"


@pytest.mark.django_db
def test_it_is_as_late_for_a_reader_as_they_said() -> None:
    TelegramUserFactory(id=7, time_zone="America/Mexico_City")
    with time_machine.travel(datetime(2026, 1, 7, 7, tzinfo=UTC), tick=False):
        at_one = knowledge.for_story(7, frozenset({"now"}))
        assert Condition.from_text("hours 1 2").check(at_one)
        assert not Condition.from_text("hours 7 8").check(at_one)
        assert Condition.from_text("hours 7 8").check(knowledge.for_story(8, frozenset({"now"})))


@pytest.mark.django_db
def test_somebody_new_lives_where_the_community_does(settings) -> None:
    settings.TIME_ZONE = "Europe/Madrid"
    wishes.wishes(ANA)
    assert TelegramUser.objects.get(pk=7).time_zone == "Europe/Madrid"


@pytest.mark.django_db
def test_movements_are_told_in_the_readers_time() -> None:
    TelegramUserFactory(id=7, time_zone="America/Mexico_City")
    with time_machine.travel(datetime(2026, 1, 7, 7, 30, tzinfo=UTC), tick=False):
        wallets.add(user_id=7, amount=5, reason="reaction", reference="r")
        assert "7 Ene 01:30" in wallet.history(ANA).text.text


@pytest.mark.parametrize(
    ("moment", "zone", "quiet", "heard"),
    [
        ("2026-01-07T21:59", "UTC", (22, 8), "2026-01-07T21:59"),
        ("2026-01-07T22:00", "UTC", (22, 8), "2026-01-08T08:00"),
        ("2026-01-08T07:59", "UTC", (22, 8), "2026-01-08T08:00"),
        ("2026-01-08T08:00", "UTC", (22, 8), "2026-01-08T08:00"),
        ("2026-01-08T03:00", "UTC", (0, 10), "2026-01-08T10:00"),
        ("2026-01-07T21:30", "Europe/Madrid", (22, 8), "2026-01-08T07:00"),
        ("2026-01-07T21:30", "no/zone", (21, 8), "2026-01-08T08:00"),
        ("2026-03-29T00:30", "Europe/Madrid", (22, 8), "2026-03-29T06:00"),
        ("2026-01-07T12:00", "UTC", (5, 5), "2026-01-07T12:00"),
    ],
)
def test_a_letter_of_the_night_is_read_in_the_morning(moment: str, zone: str, quiet: tuple, heard: str) -> None:
    given_at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    assert after_the_night(given_at, zone, quiet) == datetime.fromisoformat(heard).replace(tzinfo=UTC)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),
    st.integers(0, 23),
    st.integers(0, 24),
    st.sampled_from(["UTC", "Europe/Madrid", "America/Bogota", "Asia/Kolkata"]),
)
def test_no_letter_waits_longer_than_a_night(moment: datetime, start: int, end: int, zone: str) -> None:
    heard = after_the_night(moment, zone, (start, end))
    assert moment <= heard <= moment + timedelta(hours=26)
    assert after_the_night(heard, zone, (start, end)) == heard or end in {0, 24, start}


@pytest.mark.django_db
def test_in_mexico_it_is_night_when_it_is_morning_in_greenwich() -> None:
    wishes.choose_zone(ANA, city="America.Mexico_City")
    wishes.choose_night(ANA, night="22-8")
    LucienTemplateFactory(key="hola")
    with time_machine.travel(datetime(2026, 1, 7, 7, tzinfo=UTC), tick=False):
        assert lucien.write("hola", 7, reference="r")
    assert DueLetter.objects.get().due_at == datetime(2026, 1, 7, 14, tzinfo=UTC)


@pytest.mark.django_db
def test_lucien_waits_for_the_morning() -> None:
    TelegramUserFactory(id=7, quiet_from=22, quiet_until=8, time_zone="UTC")
    TelegramUserFactory(id=8)
    LucienTemplateFactory(key="hola")
    with time_machine.travel(datetime(2026, 1, 7, 23, tzinfo=UTC), tick=False):
        for user in (7, 8):
            assert lucien.write("hola", user, reference=f"r{user}")
    assert DueLetter.objects.get().due_at == datetime(2026, 1, 8, 8, tzinfo=UTC)
    assert DueLetter.objects.get().user_id == 7
    assert OutgoingMessage.objects.get().user_id == 8
