"""The ledger under anything that may happen to it, in any order and twice."""

from collections import defaultdict
from datetime import timedelta
from itertools import count

import pytest
from django.db.models import Count, Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from gamification.errors import HoldEnded, NotEnoughBesitos
from gamification.models import Account, AccountKind, Entry, Hold, HoldState, Reason, Transfer
from gamification.services import proof, wallets
from gamification.services.wallets import Credit
from tests import engine
from tests.factories.gamification import AdministeredChatFactory, ReactionRewardFactory
from yabot.core import clock, delivery, reactions
from yabot.core.correlation import Trace
from yabot.core.ids import uuid7
from yabot.core.models import Delivery, EventRecord, ReactionSource
from yabot.core.reactions import NewReaction

PRICES = {"❤": 1, "🔥": 4}
CLUB = -77
READERS = st.integers(0, 2)
AMOUNTS = st.integers(1, 12)
_worlds = count(1)


class Ledger(RuleBasedStateMachine):
    """Each example has three readers nobody else has, and a model of what they own."""

    calls = Bundle("calls")
    holds = Bundle("holds")

    @initialize()
    def begin(self):
        self.base = next(_worlds) * 1000
        self.numbers = count()
        self.wallet, self.aside = defaultdict(int), defaultdict(int)
        self.held, self.due, self.waiting, self.rewarded = {}, {}, [], set()

    @property
    def people(self):
        return [self.base + number for number in range(3)]

    def reference(self):
        return f"{self.base}:{next(self.numbers)}"

    @rule(target=calls, who=READERS, amount=AMOUNTS)
    def add(self, who, amount):
        facts = {"user_id": self.people[who], "amount": amount, "reason": Reason.GIFT, "reference": self.reference()}
        self.wallet[self.people[who]] += amount
        return wallets.add, facts, wallets.add(**facts).pk

    @rule(credits=st.lists(st.tuples(READERS, AMOUNTS), max_size=6))
    def add_many(self, credits):
        given = [Credit(self.people[who], amount, Reason.GIFT, self.reference()) for who, amount in credits]
        for credit in given:
            self.wallet[credit.user_id] += credit.amount
        assert wallets.add_many([*given, *given]) == len(given)
        assert wallets.add_many(given) == 0

    @rule(target=calls, who=READERS, amount=AMOUNTS)
    def spend(self, who, amount):
        user_id = self.people[who]
        facts = {"user_id": user_id, "amount": amount, "reason": Reason.FRAGMENT, "reference": self.reference()}
        if self.wallet[user_id] < amount:
            return wallets.spend, facts, self.refused(wallets.spend, facts)
        self.wallet[user_id] -= amount
        return wallets.spend, facts, wallets.spend(**facts).pk

    @rule(target=holds, who=READERS, amount=AMOUNTS, days=st.sampled_from([None, 0, 1]))
    def hold(self, who, amount, days):
        user_id = self.people[who]
        facts = {"user_id": user_id, "amount": amount, "reason": Reason.AUCTION, "reference": self.reference()}
        facts["expires_at"] = None if days is None else clock.now() + timedelta(days=days)
        if self.wallet[user_id] < amount:
            return wallets.hold, facts, self.refused(wallets.hold, facts)
        self.wallet[user_id] -= amount
        self.aside[user_id] += amount
        key = wallets.hold(**facts).pk
        self.held[key] = HoldState.HELD
        if days == 0:
            self.due[key] = facts
        return wallets.hold, facts, key

    @rule(held=holds, state=st.sampled_from([HoldState.RELEASED, HoldState.CAPTURED]))
    def end(self, held, state):
        _, facts, key = held
        if key is None:
            return
        end = wallets.release if state == HoldState.RELEASED else wallets.capture
        if self.held[key] not in (HoldState.HELD, state):
            with pytest.raises(HoldEnded):
                end(key)
        else:
            end(key)
            self.note_end(key, facts, state)

    @rule()
    def expire(self):
        wallets.release_due()
        assert wallets.release_due() == 0
        for key, facts in self.due.items():
            if self.held[key] == HoldState.HELD:
                self.note_end(key, facts, HoldState.RELEASED)

    def note_end(self, key, facts, state):
        if self.held[key] == HoldState.HELD:
            self.aside[facts["user_id"]] -= facts["amount"]
            if state == HoldState.RELEASED:
                self.wallet[facts["user_id"]] += facts["amount"]
        self.held[key] = state

    @rule(call=st.one_of(calls, holds))
    def repeat(self, call):
        verb, facts, key = call
        if key is not None:
            assert verb(**facts).pk == key

    @rule(call=consumes(calls))
    def undo(self, call):
        verb, facts, key = call
        sign = -1 if verb is wallets.add else 1
        if key is None:
            return
        if self.wallet[facts["user_id"]] + sign * facts["amount"] < 0:
            self.refused(wallets.correct, {"transfer_id": key, "by": "ana", "note": ""})
            return
        first = wallets.correct(key, "ana", "")
        assert wallets.correct(key, "ana", "again").pk == first.pk
        self.wallet[facts["user_id"]] += sign * facts["amount"]

    @rule(who=READERS, message=st.integers(0, 3), emoji=st.sampled_from([*PRICES, "👎"]))
    def react(self, who, message, emoji):
        reaction = NewReaction(
            self.people[who], CLUB, self.base + message, emoji, ReactionSource.NATIVE, Trace(uuid7())
        )
        self.waiting += reactions.detect([reaction])

    @rule()
    def deliver(self):
        delivery.deliver("gamification")
        for reaction in self.waiting:
            place = (reaction.user_id, reaction.message_id)
            if reaction.emoji in PRICES and place not in self.rewarded:
                self.rewarded.add(place)
                self.wallet[reaction.user_id] += PRICES[reaction.emoji]
        self.waiting = []

    @rule()
    def deliver_everything_twice_more(self):
        self.deliver()
        records = EventRecord.objects.filter(type="reaction_detected", user_id__in=self.people)
        for record in [*records, *records]:
            Delivery.objects.create(
                event=record, module="gamification", user_id=record.user_id, sequence=record.sequence, shard=0
            )
        delivery.deliver("gamification")

    def refused(self, verb, facts):
        with pytest.raises(NotEnoughBesitos):
            verb(**facts)

    @invariant()
    def balances_are_what_they_should_be(self):
        accounts = Account.objects.filter(user_id__in=self.people).values_list("kind", "user_id", "balance")
        found = {(kind, user_id): balance for kind, user_id, balance in accounts}
        for user_id in self.people:
            assert found.get((AccountKind.USER, user_id), 0) == self.wallet[user_id] >= 0
            assert found.get((AccountKind.HOLD, user_id), 0) == self.aside[user_id] >= 0

    @invariant()
    def everything_sums_to_zero_and_nothing_happened_twice(self):
        mine = Entry.objects.filter(transfer__user_id__in=self.people).order_by()
        found = mine.aggregate(total=Sum("amount"), written=Count("pk"))
        references = list(Transfer.objects.filter(user_id__in=self.people).values_list("reference", flat=True))
        assert not found["total"]
        assert len(references) == len(set(references)) == found["written"] / 2

    @invariant()
    def open_holds_are_what_is_put_aside(self):
        held = Hold.objects.filter(user_id__in=self.people, state=HoldState.HELD)
        assert (held.aggregate(Sum("amount"))["amount__sum"] or 0) == sum(self.aside.values())
        assert set(held.values_list("pk", flat=True)) == {
            key for key, how in self.held.items() if how == HoldState.HELD
        }


@pytest.mark.django_db
def test_the_ledger_survives_anything_in_any_order():
    AdministeredChatFactory(id=CLUB)
    for emoji, amount in PRICES.items():
        ReactionRewardFactory(emoji=emoji, amount=amount)

    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=100
            if engine.ENGINE == "sqlite"
            else 20,  # the same code: fewer where each step waits for a server
            stateful_step_count=30,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

    assert proof.prove().ok
