"""The bot's thread of database work: what it says of itself, and when."""

import pytest
import time_machine
from django.db import OperationalError

from yabot.core import clock, health
from yabot.core.health import Beat
from yabot.core.models import Heartbeat
from yabot.core.telegram.pipeline import Pipeline

pytestmark = pytest.mark.django_db(transaction=True)


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


def test_a_beat_that_could_not_be_written_is_written_later_unless_there_is_a_newer_one(monkeypatch):
    pipeline = Pipeline(raw={}, dispatch=list, handled=frozenset())
    pipeline.beat(Beat("poller", False, "Bad Gateway"))
    pipeline.beat(Beat("beat", False, "silent"))

    def fail(beats):
        pipeline.beat(Beat("poller", True))
        raise OperationalError("database or disk is full")

    with monkeypatch.context() as broken, pytest.raises(OperationalError):
        broken.setattr(health, "note", fail)
        pipeline._look_after_others()
    pipeline._look_after_others()

    rows = {row.name: row for row in Heartbeat.objects.all()}
    assert rows["beat"].detail == "silent"
    assert rows["poller"].good_at == rows["poller"].beat_at
