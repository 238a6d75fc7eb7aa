"""/ajustes: language, pace, silence; and letters that wait for the morning."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from narrative.models import DueLetter
from narrative.services import lucien
from narrative.services.addressees import after_the_night
from tests.factories.core import TelegramUserFactory
from tests.factories.narrative import LucienTemplateFactory
from yabot.core.bot import wishes
from yabot.core.models import OutgoingMessage, TelegramUser
from yabot.core.people import Person

ANA = Person(7, "Ana")


@pytest.mark.django_db
def test_each_wish_is_one_press_and_kept() -> None:
    assert "al momento" in wishes.wishes(ANA).text.text
    assert "con calma, como quien las escribe" in wishes.change_pace(ANA).text.text
    assert TelegramUser.objects.get(pk=7).is_calm is True
    assert "Las páginas llegan: al momento" in wishes.change_pace(ANA).text.text
    said = [wishes.change_quiet(ANA).text.text for _ in range(4)]
    assert ["de 22:00 a 08:00" in said[0], "de 00:00 a 10:00" in said[2], "nunca" in said[3]] == [True] * 3
    assert TelegramUser.objects.get(pk=7).quiet_from is None


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
