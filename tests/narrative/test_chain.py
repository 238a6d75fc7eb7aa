import pytest

from narrative import chain
from tests.factories.narrative import HintFactory, LucienTemplateFactory, besitos
from tests.narrative.telling import earn, reader
from yabot.core.ids import uuid7
from yabot.core.models import EventRecord

pytestmark = pytest.mark.django_db


def test_a_chain_shows_the_hints_that_opened_below_their_events():
    HintFactory(title_es="La llave", condition=besitos(5))
    ana = reader()
    earn({ana: 5})
    event = EventRecord.objects.get(type="hint_unlocked")

    (link,) = chain.links(event.correlation_id)

    assert str(link.title) == "Pista abierta: «La llave»"
    assert (link.cause, link.user_id, link.tone) == (event.pk, ana, "good")


def test_any_number_of_hints_takes_three_statements(django_assert_num_queries):
    HintFactory.create_batch(5, condition=besitos(5))
    earn({reader(): 5})
    correlation_id = EventRecord.objects.filter(type="hint_unlocked").first().correlation_id

    with django_assert_num_queries(3):
        assert len(chain.links(correlation_id)) == 5


def test_another_chain_has_none():
    assert chain.links(uuid7()) == []


def test_a_letter_that_waits_is_in_its_chain():
    HintFactory(template=LucienTemplateFactory(name="La llave", delay_seconds=60))
    earn({reader(): 5})
    event = EventRecord.objects.get(type="hint_unlocked")

    _, link = chain.links(event.correlation_id)

    assert str(link.title) == "Carta que espera su hora: «La llave»"
    assert link.cause == event.pk
