"""One reaction's whole chain on one page."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from gamification.models import Reason
from gamification.services import wallets
from narrative.models import Hint, HintUnlock
from tests.factories import core as factories
from yabot.core import chains, correlation
from yabot.core.admin.reading import milliseconds
from yabot.core.chains import ChainLink
from yabot.core.correlation import Trace
from yabot.core.ids import uuid7
from yabot.core.models import Delivery

BEGIN = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
CHAIN = uuid7()


def page(correlation_id: UUID) -> str:
    return reverse("admin:core_eventrecord_chain", args=[correlation_id])


def after(milliseconds: int) -> datetime:
    return BEGIN + timedelta(milliseconds=milliseconds)


@pytest.fixture
def told() -> Iterator[list[ChainLink]]:
    """What a module of the test says about any chain."""
    said: list[ChainLink] = []
    chains.offer("test", lambda correlation_id: said, event_names={"thing_happened": "Pasó algo"})
    yield said
    del chains._finders["test"], chains._names["thing_happened"]


@pytest.mark.django_db
def test_the_page_tells_the_whole_story_in_order(admin_client: Client) -> None:
    reader = factories.TelegramUserFactory(first_name="Eulalia")
    same = {"user_id": reader.pk, "correlation_id": CHAIN}
    factories.InboundUpdateFactory(**same, received_at=BEGIN)
    event = factories.EventRecordFactory(**same, occurred_at=after(12))
    factories.DeliveryFactory(
        event=event, module="narrative", dead=True, dead_at=after(90), last_error="ValueError: no"
    )
    hint = {"causation_id": event.pk, "created_at": after(30)}
    factories.OutgoingMessageFactory(**same, **hint, sent=True, sent_at=after(240), message_id=77)

    steps = admin_client.get(page(CHAIN)).context["steps"]

    assert [(step.after, step.indent, str(step.link.title), step.person) for step in steps] == [
        ("+0 ms", 0, "Alguien reaccionó a un mensaje", "Eulalia"),
        ("+12 ms", 1, "Reacción nueva", "Eulalia"),
        ("+90 ms", 2, "«Historia» todavía no lo sabe", ""),
        ("+240 ms", 2, "Mensaje del bot", "Eulalia"),
    ]
    assert [str(step.link.state) for step in steps] == ["hecha", "sucedió", "abandonada", "enviado · 77"]
    assert steps[3].link.text == "Lucien susurra: una pista & un beso."


@pytest.mark.django_db
def test_besitos_stand_below_the_event_that_earned_them(admin_client: Client) -> None:
    event = factories.EventRecordFactory(correlation_id=CHAIN)
    with correlation.following(Trace(CHAIN, event.pk)):
        wallets.add(user_id=event.user_id, amount=3, reason=Reason.REACTION, reference="reaction:1")
    Delivery.objects.all().delete()

    steps = admin_client.get(page(CHAIN)).context["steps"]

    below = {str(step.link.title): step.indent for step in steps}
    assert below == {"Reacción nueva": 0, "+3 besitos": 1, "Ganó besitos": 1}


@pytest.mark.django_db
def test_a_hint_stands_below_the_event_that_announced_it(admin_client: Client) -> None:
    hint = Hint.objects.create(key="llave", title_es="La llave", body_es="Está bajo la alfombra.")
    event = factories.EventRecordFactory(
        correlation_id=CHAIN, type="hint_unlocked", payload=f'{{"hint_id":"{hint.pk}","hint_key":"llave"}}'
    )
    HintUnlock.objects.create(hint=hint, user_id=event.user_id, correlation_id=CHAIN)

    steps = admin_client.get(page(CHAIN)).context["steps"]

    below = [(str(step.link.title), step.indent) for step in steps]
    assert below == [("Descubrió una pista", 0), ("Pista abierta: «La llave»", 1)]


@pytest.mark.django_db
def test_a_chain_nobody_knows_is_not_found(admin_client: Client) -> None:
    assert admin_client.get(page(uuid7())).status_code == 404


@pytest.mark.django_db
def test_the_chain_is_for_who_may_read_the_log(client: Client) -> None:
    event = factories.EventRecordFactory()
    user = User.objects.create_user("becaria", is_staff=True)
    client.force_login(user)
    refused = client.get(page(event.correlation_id)).status_code

    user.user_permissions.add(Permission.objects.get(codename="view_eventrecord"))

    assert (refused, client.get(page(event.correlation_id)).status_code) == (403, 200)


@pytest.mark.django_db
def test_every_row_of_a_chain_leads_to_its_page(admin_client: Client) -> None:
    for name in ("InboundUpdate", "EventRecord", "OutgoingMessage"):
        row = getattr(factories, f"{name}Factory")()
        listed = admin_client.get(reverse(f"admin:core_{name.lower()}_changelist")).content.decode()
        assert page(row.correlation_id) in listed, name


@pytest.mark.django_db
def test_what_modules_say_is_shown_as_text(admin_client: Client, told: list[ChainLink]) -> None:
    evil = "<img src=x onerror=alert(1)>"
    told.append(ChainLink(id=uuid7(), at=BEGIN, title=evil, text=evil, state=evil, details=evil))

    shown = admin_client.get(page(CHAIN)).content.decode()

    assert evil not in shown
    assert shown.count("&lt;img src=x onerror=alert(1)&gt;") == 4


@pytest.mark.django_db
def test_a_long_chain_costs_no_more_statements(admin_client: Client, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    for _ in range(30):
        event = factories.EventRecordFactory(correlation_id=CHAIN)
        factories.DeliveryFactory(event=event)
        factories.OutgoingMessageFactory(correlation_id=CHAIN, causation_id=event.pk)
    admin_client.get(page(CHAIN))

    with django_assert_num_queries(14):
        admin_client.get(page(CHAIN))


def test_events_have_names_for_people(told: list[ChainLink]) -> None:
    assert chains.event_name("thing_happened") == "Pasó algo"
    assert chains.event_name("never_named") == "Never named"


@given(st.lists(st.integers(0, 14), max_size=12))
def test_no_link_is_lost_or_doubled_whatever_the_causes_say(causes: list[int]) -> None:
    given_links = [
        ChainLink(id=UUID(int=place + 1), at=after(0), title=str(place), cause=UUID(int=cause + 1))
        for place, cause in enumerate(causes)
    ]

    shown = list(chains._tree(given_links, root=UUID(int=1)))

    assert sorted(link.title for link in shown) == sorted(link.title for link in given_links)


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0 ms"), (0.0354, "35 ms"), (2.41, "2,4 s"), (119.9, "119,9 s"), (600, "10 min")]
)
def test_times_are_said_as_people_say_them(seconds: float, said: str) -> None:
    assert milliseconds(seconds) == said
