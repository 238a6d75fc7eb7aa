"""The back office: every page opens for whoever may see it, and staff can do what only a person can decide."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Field
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.core import back_office
from tests.core.back_office import allow, list_of, page_of, staff
from tests.factories import core as factories
from tests.factories.gamification import WalletFactory
from yabot.core import clock
from yabot.core.admin import menu
from yabot.core.admin.base import BoundedPaginator
from yabot.core.models import (
    Delivery,
    EventRecord,
    InboundUpdate,
    OutgoingMessage,
    Reaction,
    TelegramUser,
)
from yabot.core.ports import wallets

pytestmark = pytest.mark.django_db
EVIL = "<img src=x onerror=alert(1)>"
MODELS = list(admin.site._registry)
LISTS = {EventRecord: 8, Delivery: 8, OutgoingMessage: 9, InboundUpdate: 8, Reaction: 8, TelegramUser: 8}


@pytest.fixture
def staff_client(client: Client) -> Client:
    return staff(client)


def test_every_page_opens() -> None:
    assert back_office.broken_pages() == []


def test_every_page_opens_in_djangos_own_theme(tmp_path: Path) -> None:
    settings = {"PLAIN_ADMIN": "1", "DATABASE_URL": f"sqlite:///{tmp_path / 'plain.sqlite3'}"}
    environment = os.environ | settings | {"DJANGO_SETTINGS_MODULE": "yabot.settings"}

    told = subprocess.run([sys.executable, "-m", back_office.__name__], env=environment, capture_output=True, text=True)

    assert (told.returncode, told.stdout) == (0, ""), told.stderr


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_a_stranger_is_asked_to_log_in(client: Client, model: type) -> None:
    for url in (*back_office.addresses(model), back_office.add_address(model)):
        response = client.get(url)

        assert response.status_code == 302
        assert response["Location"].startswith(reverse("admin:login"))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_staff_without_the_right_are_refused(staff_client: Client, model: type) -> None:
    for url in (*back_office.addresses(model), back_office.add_address(model)):
        assert staff_client.get(url).status_code == 403, url


@pytest.mark.parametrize("model", LISTS, ids=lambda model: model.__name__)
def test_a_longer_list_costs_no_more_statements(admin_client: Client, model: type) -> None:
    url = list_of(model) + ("?estado=todas" if model is Delivery else "")
    factory = factories.FACTORIES[model]
    counts = []
    for more in (10, 40):
        for row in factory.create_batch(more):
            if model is not TelegramUser:
                factories.TelegramUserFactory(id=row.user_id)
        admin_client.get(url)
        with CaptureQueriesContext(connection) as statements:
            admin_client.get(url)
        counts.append(len(statements))

    assert counts == [counts[0], counts[0]]
    assert counts[0] == LISTS[model]


@pytest.mark.parametrize("model", factories.FACTORIES, ids=lambda model: model.__name__)
def test_names_that_are_html_are_shown_as_text(admin_client: Client, model: type) -> None:
    row = factories.FACTORIES[model]()
    texts = {field.name: EVIL for field in model._meta.fields if holds_free_text(field)}
    model._default_manager.filter(pk=row.pk).update(**texts)

    for url in (list_of(model), list_of(model) + "?estado=todas", page_of(row)):
        assert "<img src=x" not in admin_client.get(url).content.decode()


def holds_free_text(field: Field) -> bool:
    kinds = {"CharField", "TextField"}
    return field.get_internal_type() in kinds and not field.primary_key and (field.max_length or 64) > len(EVIL)


def test_a_search_finds_a_persons_rows_by_name_number_and_chain(admin_client: Client) -> None:
    person = factories.TelegramUserFactory(first_name="Eulalia")
    event = factories.EventRecordFactory(user_id=person.pk)
    factories.EventRecordFactory()

    for term in ("Eulalia", f"@{person.username}", str(person.pk), str(event.correlation_id)):
        found = admin_client.get(list_of(EventRecord), {"q": term}).context["cl"].result_list
        assert [row.pk for row in found] == [event.pk], term


def test_the_log_is_cut_at_a_time_by_ids_alone(admin_client: Client) -> None:
    three_days_ago = clock.now() - timedelta(days=3)
    older = factories.EventRecordFactory(id=UUID(int=int(three_days_ago.timestamp() * 1000) << 80))
    newer = factories.EventRecordFactory()

    listed = {
        days: [row.pk for row in admin_client.get(list_of(EventRecord), {"desde": days}).context["cl"].result_list]
        for days in ("1", "7", "nonsense")
    }

    assert listed == {"1": [newer.pk], "7": [newer.pk, older.pk], "nonsense": [newer.pk, older.pk]}


def test_a_person_is_found_by_name_and_number(admin_client: Client) -> None:
    person = factories.TelegramUserFactory(first_name="Eulalia")
    factories.TelegramUserFactory()

    for term in ("eulalia", str(person.pk)):
        found = admin_client.get(list_of(TelegramUser), {"q": term}).context["cl"].result_list
        assert [row.pk for row in found] == [person.pk], term


@pytest.mark.parametrize(
    ("situation", "facts"),
    [
        ("activos", {}),
        ("mirones", {"started_at": None}),
        ("bloquearon", {"blocked_at": clock.now()}),
        ("borrados", {"erased_at": clock.now()}),
    ],
)
def test_people_are_listed_by_their_situation(admin_client: Client, situation: str, facts: dict) -> None:
    for other in ({}, {"started_at": None}, {"blocked_at": clock.now()}, {"erased_at": clock.now()}):
        if other.keys() != facts.keys():
            factories.TelegramUserFactory(**other)
    wanted = factories.TelegramUserFactory(**facts)

    found = admin_client.get(list_of(TelegramUser), {"situacion": situation}).context["cl"].result_list

    assert [row.pk for row in found] == [wanted.pk]


def test_a_persons_page_leads_to_their_rows(admin_client: Client) -> None:
    person = factories.TelegramUserFactory()

    shown = admin_client.get(page_of(person)).content.decode()

    for model in (EventRecord, OutgoingMessage, Reaction):
        assert f"{list_of(model)}?user_id={person.pk}" in shown


def test_a_page_leads_only_where_the_viewer_may_go(staff_client: Client) -> None:
    allow(staff_client, "view_telegramuser", "view_reaction")

    shown = staff_client.get(page_of(factories.TelegramUserFactory())).content.decode()

    assert f"{list_of(Reaction)}?user_id=" in shown
    assert f"{list_of(EventRecord)}?user_id=" not in shown


def test_besitos_are_shown_in_the_list_and_on_the_page(admin_client: Client) -> None:
    person = factories.TelegramUserFactory()
    WalletFactory(user_id=person.pk, balance=4321)

    for url in (list_of(TelegramUser), page_of(person)):
        assert "4321" in admin_client.get(url).content.decode()


def test_people_are_listed_without_an_economy_too(admin_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wallets.balances, "_provider", None)
    factories.TelegramUserFactory(first_name="Eulalia")

    assert "Eulalia" in admin_client.get(list_of(TelegramUser)).content.decode()


def test_staff_choose_a_persons_language_and_zone_and_nothing_else(admin_client: Client) -> None:
    person = factories.TelegramUserFactory(first_name="Ana")

    admin_client.post(page_of(person), {"language": "en", "time_zone": "Europe/Madrid", "first_name": "Otra"})

    person.refresh_from_db()
    assert (person.language, person.time_zone, person.first_name) == ("en", "Europe/Madrid", "Ana")


def test_the_outbox_shows_what_needs_a_person(admin_client: Client) -> None:
    failed, unknown = factories.OutgoingMessageFactory(failed=True), factories.OutgoingMessageFactory(unknown=True)
    factories.OutgoingMessageFactory(sent=True)

    found = admin_client.get(list_of(OutgoingMessage), {"estado": "persona"}).context["cl"].result_list

    assert {row.pk for row in found} == {failed.pk, unknown.pk}


def test_a_post_is_listed_with_its_channels_name(admin_client: Client) -> None:
    channel = factories.TelegramChatFactory(title="El diván")
    factories.OutgoingMessageFactory(chat_id=channel.pk, user_id=None)

    shown = admin_client.get(list_of(OutgoingMessage)).content.decode()

    assert "El diván" in shown
    assert "Lucien susurra: una pista &amp; un beso." in shown


def test_the_menu_counts_what_waits_for_a_person(admin_client: Client, rf: RequestFactory) -> None:
    factories.DeliveryFactory(dead=True)
    factories.OutgoingMessageFactory.create_batch(2, failed=True)
    request = rf.get("/")
    request.user = User.objects.get(is_superuser=True)

    items = {item["title"]: item.get("badge") for group in menu.sidebar(request) for item in group["items"]}

    assert items["entregas".capitalize()] == 1
    assert items["Mensajes salientes"] == 2
    assert items["Eventos"] is None


def test_the_first_page_shows_only_numbers_the_viewer_may_see(staff_client: Client) -> None:
    allow(staff_client, "view_delivery")

    cards = staff_client.get(reverse("admin:index")).context["cards"]

    assert [card.url for card in cards] == [list_of(Delivery)]


def test_a_count_stops_where_nobody_pages_on(monkeypatch: pytest.MonkeyPatch) -> None:
    factories.EventRecordFactory.create_batch(5)
    monkeypatch.setattr(BoundedPaginator, "limit", 3)

    assert BoundedPaginator(EventRecord.objects.all(), 2).count == 3
