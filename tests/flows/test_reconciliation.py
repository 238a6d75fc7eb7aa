"""Reconciliation beside a living system: it never takes traffic for damage, and mends what is really broken."""

import datetime
import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
import time_machine
from django.db import connection
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bench.in_process import reaction
from bench.scenario import GROUP_ID
from channeladmin.models import HeartPost
from gamification.errors import HoldEnded, NotEnoughBesitos
from gamification.models import Hold, HoldState, ReactionReward, Reason, Transfer
from gamification.services import proof, rules, wallets
from narrative.models import Hint, HintUnlock
from narrative.services import catalogue, opened
from tests.core.reconciling import AFTER, audit, found, reconcile
from tests.factories.core import TelegramUserFactory
from tests.flows.story import put_hearts_under_posts, write_story
from yabot.bot import RAW
from yabot.core import clock, delivery, ids, messages, people, reactions, reconciliation, rows
from yabot.core.correlation import Trace
from yabot.core.ids import uuid7
from yabot.core.models import (
    BotStatus,
    Delivery,
    FindingState,
    MessageState,
    OutgoingMessage,
    ReactionSource,
    ReconciliationFinding,
    TelegramChat,
)
from yabot.core.reactions import NewReaction
from yabot.core.reconciliation import windows
from yabot.core.telegram import inbox, outbox
from yabot.core.telegram.lane import run_raw
from yabot.core.telegram.outcome import Outcome, Result
from yabot.core.worker import Worker

CLUB, CHANNEL = -1001, -1002
READERS = [101, 102, 103]
MINUTE = datetime.timedelta(minutes=1)


class Life:
    """Everything that can happen, by name; time passes, and the system keeps up with it."""

    def __init__(self, traveller: Any, dice: random.Random) -> None:
        self.traveller, self.dice = traveller, dice
        self.worker = Worker()
        self.asleep = datetime.timedelta()

    def react(self) -> None:
        self._react(CLUB, ReactionSource.NATIVE, self.dice.choice("❤🔥👎"))

    def press(self) -> None:
        self._react(CHANNEL, ReactionSource.BUTTON, reactions.HEART)

    def _react(self, chat: int, source: ReactionSource, emoji: str) -> None:
        message, user = self.dice.randrange(1, 30), self.dice.choice(READERS)
        reactions.detect([NewReaction(user, chat, message, emoji, source, Trace(uuid7()))])

    def deliver(self) -> None:
        delivery.deliver(self.dice.choice(delivery.modules()), limit=self.dice.choice([1, 3, 400]))

    def spend(self) -> None:
        self._pay(lambda user, amount, reference: wallets.spend(
            user_id=user, amount=amount, reason=Reason.FRAGMENT, reference=reference))  # fmt: skip

    def hold(self) -> None:
        soon = clock.now() + MINUTE * self.dice.randrange(1, 20)
        self._pay(lambda user, amount, reference: wallets.hold(
            user_id=user, amount=amount, reason=Reason.AUCTION, reference=reference, expires_at=soon))  # fmt: skip

    def _pay(self, verb: Callable[[int, int, str], object]) -> None:
        try:
            verb(self.dice.choice(READERS), self.dice.randrange(1, 9), f"pago:{uuid7()}")
        except NotEnoughBesitos:
            return

    def capture(self) -> None:
        held = Hold.objects.filter(state=HoldState.HELD).first()
        if held:
            try:
                wallets.capture(held.pk)
            except HoldEnded:
                return

    def send(self) -> None:
        self.send_some(self.dice.choice([Outcome.SENT, Outcome.SENT, Outcome.LATER, Outcome.UNKNOWN]))

    def send_some(self, outcome: Outcome) -> None:
        claimed = outbox.claim(owner=self.worker.owner, limit=10, resting=())
        number = self.dice.randrange(10**9) if outcome is Outcome.SENT else None
        outbox.record([Result(message, outcome, message_id=number) for message in claimed])

    def edit_the_rules(self) -> None:
        rule = self.dice.choice(list(ReactionReward.objects.all()))
        rule.amount, rule.is_active = self.dice.randrange(1, 9), self.dice.random() < 0.8
        rule.save()

    def edit_a_hint(self) -> None:
        hint = self.dice.choice(list(Hint.objects.all()))
        hint.is_active = self.dice.random() < 0.8
        hint.save()

    def come_and_go(self) -> None:
        self.dice.choice([people.block, people.unblock])(user_id=self.dice.choice(READERS))

    def let_time_pass(self) -> None:
        minutes = MINUTE * self.dice.randrange(1, 9)
        if self.asleep + minutes > 9 * MINUTE:
            self.keep_up()
        self.asleep += minutes
        self.traveller.shift(minutes)

    def keep_up(self) -> None:
        """What the bot does all the time: deliver, send, give back; and a person who decides what is in doubt."""
        for _ in range(100):
            if not any(delivery.deliver(module) for module in delivery.modules()):
                break
        wallets.release_due()
        doubtful = OutgoingMessage.objects.filter(state=MessageState.UNKNOWN)
        for _ in range(3):
            messages.retry(list(doubtful.values_list("pk", flat=True)))
            while OutgoingMessage.objects.filter(state=MessageState.QUEUED, due_at__lte=clock.now()).exists():
                self.send_some(Outcome.SENT)
            self.traveller.shift(outbox.DOUBT)
        self.asleep = 3 * outbox.DOUBT

    def reconcile(self) -> None:
        reconciliation.run_due()


ACTIONS = sorted(name for name in vars(Life) if not name.startswith("_") and name not in {"send_some"})


@pytest.fixture
def community() -> None:
    """A group, a channel with hearts, three readers, hints."""
    write_story(hints=6, pay=2)
    put_hearts_under_posts(CHANNEL)
    ReactionReward.objects.create(chat_id=CLUB, emoji="🔥", amount=3, daily_cap=9)
    for chat in (CLUB, CHANNEL):
        people.learn_chat(
            chat_id=chat, type="supergroup", title="Club", username="", bot_status=BotStatus.ADMINISTRATOR
        )
    for message in range(1, 30):
        HeartPost.objects.create(chat_id=CHANNEL, message_id=message)
    for reader in READERS:
        TelegramUserFactory(id=reader)
    opened._known.clear()


@pytest.mark.django_db
def test_whatever_a_healthy_system_does_nothing_is_found(community):
    ids._last = 0

    with time_machine.travel(datetime.datetime.now(datetime.UTC), tick=True) as traveller:

        @settings(max_examples=60, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
        @given(st.lists(st.sampled_from(ACTIONS), min_size=10, max_size=80), st.integers())
        def live(actions, seed):
            life = Life(traveller, random.Random(seed))
            for action in actions:
                getattr(life, action)()
            life.keep_up()
            traveller.shift(15 * MINUTE)
            life.keep_up()
            report = reconciliation.run_all()

            assert found(report) == []
            assert not ReconciliationFinding.objects.exists()

        live()

    ids._last = 0
    assert Transfer.objects.count() > 20
    assert HintUnlock.objects.exists()
    assert proof.prove().ok


def long_ago() -> None:
    """Rules, hints and rights have been as they are for an hour."""
    hour_ago = clock.now() - datetime.timedelta(hours=1)
    ReactionReward.objects.filter(daily_cap__isnull=False).delete()
    ReactionReward.objects.update(changed_at=hour_ago)
    Hint.objects.update(changed_at=hour_ago)
    TelegramChat.objects.update(bot_status_at=hour_ago)
    rules.current.forget()
    catalogue.catalogue.forget()


def in_threads(*jobs: Callable[[], object]) -> None:
    """Run these at once, each with a connection of its own; what one of them raises is raised."""

    def run(job: Callable[[], object]) -> None:
        try:
            job()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        for done in [pool.submit(run, job) for job in jobs]:
            done.result()


@pytest.mark.django_db(transaction=True)
def test_beside_live_traffic_it_raises_no_false_alarm_even_without_its_margin(community, monkeypatch, until):
    monkeypatch.setattr(windows, "SETTLED", datetime.timedelta())
    long_ago()
    busy = [threading.Event() for _ in range(3)]

    def deliver_all() -> bool:
        for module in delivery.modules():
            delivery.deliver(module)
        return not Delivery.objects.exists()

    def live(place: int) -> None:
        try:
            for turn in range(25):
                message = 100 * place + turn
                given = [
                    NewReaction(user, CLUB, message, "❤", ReactionSource.NATIVE, Trace(uuid7())) for user in READERS
                ]
                reactions.detect(given)
                deliver_all()
        finally:
            busy[place].set()

    def watch() -> None:
        quiet = [check for check in reconciliation.checks() if check.name not in {"core.outbox", "channeladmin.hearts"}]
        while not all(part.is_set() for part in busy):
            assert found(reconciliation.run_all(quiet)) == []

    in_threads(*(partial(live, place) for place in range(3)), watch, watch)
    until(deliver_all)  # of two deliverers that met, the overtaken one left its own

    assert not ReconciliationFinding.objects.exists()
    assert Transfer.objects.count() == 225


@pytest.mark.django_db
def test_lost_deliveries_of_a_whole_chain_are_put_back_one_after_the_other(community):
    long_ago()
    stored = inbox.store([reaction(number) for number in range(1, 21)])
    people.learn_chat(chat_id=GROUP_ID, type="supergroup", title="B", username="", bot_status=BotStatus.ADMINISTRATOR)
    long_ago()
    run_raw(RAW["message_reaction"], stored)
    rows.delete(Delivery, {"module": "gamification"})

    def pay_and_forget_the_story() -> None:
        delivery.deliver("gamification")
        rows.delete(Delivery, {"module": "narrative"})

    first = reconcile("gamification.rewards", then=pay_and_forget_the_story)
    second = reconcile("narrative.hints", after=2 * AFTER, then=lambda: delivery.deliver("narrative"))
    third = reconcile("narrative.letters", after=3 * AFTER)

    assert (first.repaired, second.repaired, found(third)) == (20, 20, [])
    assert HintUnlock.objects.count() == OutgoingMessage.objects.count() == 20
    assert proof.prove().ok
    assert len(audit(FindingState.REPAIRED)) == 40
