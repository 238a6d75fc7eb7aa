"""Statements stay flat: with a long past, no statement reads or sorts a growing table."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from bench.fill import FIRST_FILLED_ID, fill, people
from bench.flat import addresses
from bench.in_process import promote, reaction
from bench.plans import GROWING, STAYS_SMALL, faults, watching
from bench.scenario import GROUP_ID
from channeladmin.models import HeartPost, Subscription
from gamification.services import proof, wallets
from narrative.models import DueLetter, LucienRule, ProgressStep, ReaderProgress
from narrative.services import hints, library
from tests.core.calling import ask, operations
from tests.engine import ENGINE
from tests.factories.core import (
    DeliveryFactory,
    InboundUpdateFactory,
    OutgoingMessageFactory,
    ReactionTotalFactory,
    ReconciliationFindingFactory,
)
from tests.factories.keys import bearer
from tests.factories.narrative import LucienTemplateFactory
from tests.flows.story import write_story
from tests.mongodb import keeping
from tests.narrative.stories import choice, ending, fragment, story
from yabot.bot import RAW
from yabot.core import clock, delivery, health, reconciliation
from yabot.core import people as readers
from yabot.core.events import publish
from yabot.core.ids import uuid7
from yabot.core.models import EventRecord, MessageState, OutgoingMessage, TelegramUser
from yabot.core.telegram import inbox, outbox
from yabot.core.telegram.lane import run_raw
from yabot.core.telegram.outcome import Outcome, Result

pytestmark = pytest.mark.django_db
STATISTICS = ["as it is"] if ENGINE == "mongodb" else ["as it is", "analysed"]  # MongoDB keeps none
MORE_THAN_A_PAGE = 60
# 20,000 entries, 30,000 events; where plans come of rules and not of numbers, a tenth shows the same
PEOPLE, TURNS = (70 if ENGINE == "mongodb" else 2_000), 5
ANA = FIRST_FILLED_ID + PEOPLE - 1  # a reader with five besitos for each turn


@pytest.fixture(scope="module", params=STATISTICS)
def filled(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A community's past, without the planner's statistics (SQLite has none by itself) and with them."""
    with django_db_blocker.unblock():
        write_past()
        if ENGINE == "mongodb":
            with keeping():
                yield
            return
        if request.param == "analysed":
            execute("ANALYZE")
        yield
        call_command("flush", interactive=False, verbosity=0)
        if request.param == "analysed":
            execute("DELETE FROM sqlite_stat1" if connection.vendor == "sqlite" else "ANALYZE")


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def write_past() -> None:
    """Two thousand people with five reactions each, and of everything rare more than a page."""
    write_story(hints=TURNS + 1)
    promote()
    fill(people(PEOPLE), turns=TURNS)
    TelegramUser.objects.filter(pk__gt=FIRST_FILLED_ID + MORE_THAN_A_PAGE).update(started_at=clock.now())
    for factory in (DeliveryFactory, InboundUpdateFactory, ReconciliationFindingFactory):
        factory.create_batch(MORE_THAN_A_PAGE)
    OutgoingMessageFactory.create_batch(MORE_THAN_A_PAGE, failed=True)
    for number in range(10 * MORE_THAN_A_PAGE):
        HeartPost.objects.create(chat_id=GROUP_ID - number, message_id=number)
        ReactionTotalFactory(chat_id=GROUP_ID - number, message_id=number)
    for number in range(MORE_THAN_A_PAGE):
        user_id, reference = FIRST_FILLED_ID + number, f"reaction:{number}"
        wallets.hold(user_id=user_id, amount=1, reason="auction", reference=reference)
    write_readings()


def write_readings() -> None:
    """Readers of a story, subscribers, and letters that wait."""
    made = library.release(story(fragment("sala", choice("fin")), ending("fin")))
    people_ = range(FIRST_FILLED_ID, FIRST_FILLED_ID + 10 * MORE_THAN_A_PAGE)
    readings = [
        ReaderProgress(user_id=user, story=made.story, release=made, fragment="sala", step=1) for user in people_
    ]
    ReaderProgress.objects.bulk_create(readings)
    ProgressStep.objects.bulk_create(ProgressStep(progress=row, number=1, fragment="sala") for row in readings)
    Subscription.objects.bulk_create(Subscription(user_id=user) for user in people_)
    rule = LucienRule.objects.create(occasion="ending", template=LucienTemplateFactory())
    DueLetter.objects.bulk_create(
        DueLetter(
            rule=rule,
            user_id=user,
            reference=f"r{user}:{n}",
            correlation_id=uuid7(),
            due_at=clock.now(),
            done_at=clock.now(),
        )
        for user in people_
        for n in range(5)
    )


@pytest.fixture
def past(filled: None, db: None) -> None:
    """The past, in a transaction that the test may write into."""
    if connection.vendor == "postgresql":
        execute("SET LOCAL enable_seqscan = off")  # then a scan means that there is no other way


def test_every_table_is_known_to_grow_or_to_stay_small():
    small = {pattern for patterns in STAYS_SMALL.values() for pattern in patterns}
    names = {model._meta.label for model in apps.get_models()}

    unknown = {name for name in names - set(GROWING) if not {name, name.split(".")[0] + ".*"} & small}

    assert unknown == set(), "say in bench/plans.py whether they grow"


def assert_flat(found: list[str]) -> None:
    assert found == [], "\n".join(found)


def test_the_chain_from_the_update_to_the_message(past):
    old, new = reaction(10**9), reaction(10**9 + 1)
    old["message_reaction"]["user"]["id"] = ANA  # type: ignore[index]

    with watching() as plans:
        run_raw(RAW["message_reaction"], inbox.store([old, new]))
        for module in delivery.modules():
            delivery.deliver(module)
        claimed = outbox.claim(owner="a", limit=10, resting=())
        outbox.record([Result(message, Outcome.SENT, message_id=1) for message in claimed])

    assert len(claimed) == 2
    assert len(plans) > 30
    assert_flat(faults(plans))


def test_history_balance_and_hints_of_a_reader(past):
    with watching() as plans:
        lines = wallets.history(ANA, limit=10)
        wallets.history(ANA, limit=10, before=lines[3].id)
        wallets.balance_of(ANA)
        hints.of_reader(ANA, "es")

    assert len(lines) == TURNS
    assert_flat(faults(plans))


def test_spending_holding_and_giving_back(past):
    with watching() as plans:
        held = wallets.hold(user_id=ANA, amount=2, reason="auction", reference="puja:1")
        wallets.release(held.pk)
        wallets.release_due()
        spent = wallets.spend(user_id=ANA, amount=2, reason="item", reference="tienda:1")
        wallets.correct(spent.pk, by="diana", note="error")

    assert_flat(faults(plans))


def test_what_runs_by_itself(past):
    from tests.core.hearing import Journal, UrgentHappened, listening

    with watching() as plans, listening(Journal()):
        publish([UrgentHappened(user_id=ANA)])
        delivery.is_overloaded()
        outbox.doubt_abandoned(owner="a")
        outbox.retry_doubtful()
        inbox.waiting()
        health.findings()
        health.queues()
        readers.erase(user_id=ANA)

    assert_flat(faults(plans))


def test_reconciliation_reads_windows(past):
    with watching() as plans:
        for check in reconciliation.checks():
            first = check.look("")
            if first.position:
                check.look(first.position)

    assert_flat(faults(plans))


def test_proving_the_ledger_is_the_one_thing_that_reads_everything(past):
    with watching() as plans:
        assert proof.prove().ok

    assert faults(plans) != []


MODELS = [model for model in admin.site._registry if model._meta.app_label != "auth"]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_a_list_in_the_back_office_with_every_search_and_filter(past, admin_client, model):
    found: list[str] = []
    for address in dict.fromkeys(addresses(admin_client, model, ANA)):
        with watching() as plans:
            assert admin_client.get(address).status_code == 200
        found += [f"{address}: {fault}" for fault in faults(plans)]

    assert_flat(found)


def test_a_filter_of_the_back_office_that_finds_less_than_a_page(past, admin_client):
    OutgoingMessage.objects.filter(state__gte=MessageState.FAILED).delete()

    with watching() as plans:
        assert admin_client.get(reverse("admin:core_outgoingmessage_changelist") + "?estado=persona").status_code == 200

    assert_flat(faults(plans))


@pytest.mark.parametrize("name", ["admin:index", "admin:status"])
def test_the_first_pages_of_the_back_office(past, admin_client, name):
    with watching() as plans:
        assert admin_client.get(reverse(name)).status_code == 200

    assert_flat(faults(plans))


def test_every_list_of_the_api_with_every_filter_and_its_second_page(past):
    chain = EventRecord.objects.filter(user_id=ANA).values_list("correlation_id", flat=True)[0]
    reads = [one.path for one in operations(user_id=ANA) if one.method == "get"]
    filters = ("type=besitos_added", f"user_id={ANA}", f"correlation_id={chain}", f"type=besitos_added&user_id={ANA}")
    reads += [f"/api/v1/core/events/?{query}" for query in filters]
    headers = bearer()

    found: list[str] = []
    for path in reads:
        with watching() as plans:
            page = ask(path, headers).json()
            if str(page.get("next")).startswith("http"):
                assert ask(page["next"], headers).status_code == 200
        found += [f"{path}: {fault}" for fault in faults(plans)]

    assert len(reads) >= 14
    assert_flat(found)
