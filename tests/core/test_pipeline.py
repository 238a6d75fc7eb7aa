"""The bot's thread of database work: what it says of itself, and when."""

import time

import pytest
import time_machine
from django.db import OperationalError

from yabot.core import clock, health
from yabot.core.health import Beat
from yabot.core.models import Heartbeat
from yabot.core.telegram import inbox, porter
from yabot.core.telegram.pipeline import Pipeline

pytestmark = pytest.mark.django_db(transaction=True)


def said(number: int) -> dict[str, object]:
    """/saldo, as Telegram tells it."""
    person = {"id": 7, "is_bot": False, "first_name": "Ana"}
    message = {"message_id": number, "date": 1, "chat": {"id": 7, "type": "private"}, "from": person, "text": "/saldo"}
    return {"update_id": number, "message": message}


def test_a_beat_said_while_another_is_written_is_written_next(monkeypatch):
    pipeline = Pipeline(raw={}, dispatch=list, handled=frozenset())
    write, late = health.note, [Beat("poller", True)]

    def note(beats):
        write(beats)
        if late:
            pipeline.beat(late.pop())

    monkeypatch.setattr(health, "note", note)
    pipeline.beat(Beat("poller", False, "Bad Gateway"))

    pipeline._look_after_others()
    assert Heartbeat.objects.get(name="poller").detail == "Bad Gateway"
    with time_machine.travel(clock.now(), tick=False):
        pipeline._look_after_others()
        row = Heartbeat.objects.get(name="poller")
        assert row.good_at == row.beat_at == clock.now()


def test_whoever_is_answered_after_an_outage_is_not_told_to_wait_any_more():
    told: list[bool] = []
    pipeline = Pipeline(
        raw={}, dispatch=lambda updates: told.append(pipeline.healthy), handled=frozenset({"message"}), looks=True
    )
    inbox.store([said(1)])
    pipeline._broken_since = time.monotonic() - 60

    pipeline.step()

    assert told == [True]


def test_after_trouble_it_first_looks_whether_it_can_write_again(monkeypatch):
    monkeypatch.setattr(porter, "PAUSE_SECONDS", 0)
    pipeline = Pipeline(raw={}, dispatch=list, handled=frozenset(), looks=True)
    pipeline.step()
    assert pipeline._sweep_at > 0

    pipeline._note_trouble(OperationalError("database or disk is full"))

    assert pipeline._sweep_at == 0
