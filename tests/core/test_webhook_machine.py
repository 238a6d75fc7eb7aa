"""However the calls of an endpoint fail, each reader's events are told in their order."""

from datetime import timedelta

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tests.core.test_webhook_queue import owed
from tests.factories.core import WebhookEndpointFactory
from yabot.core import clock
from yabot.core.models import CallState, WebhookDelivery
from yabot.core.webhooks import queue
from yabot.core.webhooks.queue import Outcome, Result

pytestmark = pytest.mark.django_db


class AnyLuck(TestCase):
    """However calls fail, each reader's events are taken in their order."""

    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.sampled_from([Outcome.TAKEN, Outcome.REFUSED, Outcome.DOWN]), max_size=40), st.data())
    def test_order_holds(self, luck, data):
        endpoint = WebhookEndpointFactory()
        for number in range(1, 5):
            for user in (1, 2, 3):
                owed(endpoint, number, user=user)
        heard: dict[int, list[int]] = {1: [], 2: [], 3: []}
        now, luck = clock.now(), list(luck)
        for _round in range(200):
            now += timedelta(seconds=data.draw(st.integers(1, 900)))
            with time_machine.travel(now, tick=False):
                stopped: set[int] = set()
                for call in queue.next_calls(endpoint.pk):
                    if call.lane in stopped:
                        continue
                    outcome = luck.pop() if luck else Outcome.TAKEN
                    queue.note(Result(call, outcome))
                    if outcome is Outcome.TAKEN:
                        heard[call.lane].append(call.sequence)
                    else:
                        stopped.add(call.lane)
            if not WebhookDelivery.objects.filter(state=CallState.WAITING).exists():
                break

        abandoned = set(WebhookDelivery.objects.filter(state=CallState.DEAD).values_list("user_id", "sequence"))
        for user, numbers in heard.items():
            assert numbers == [number for number in range(1, 5) if (user, number) not in abandoned]
