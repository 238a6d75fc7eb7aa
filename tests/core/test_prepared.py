from datetime import UTC, datetime, timedelta

import pytest

from tests import engine
from yabot.core import clock
from yabot.core.models import EventRecord, Lease
from yabot.core.prepared import Prepared

pytestmark = pytest.mark.django_db
SAMPLE = datetime(1999, 1, 1, tzinfo=UTC)


def leases_until() -> Prepared:
    return Prepared(
        lambda owner, until: (
            Lease.objects.filter(owner=owner, expires_at__lte=until).order_by("name").values_list("name")
        ),
        owner="\x01owner",
        until=SAMPLE,
    )


def test_a_prepared_query_answers_like_the_queryset_it_was_made_from():
    now = clock.now()
    for number in range(3):
        Lease.objects.create(name=f"lease {number}", owner="me", expires_at=now + timedelta(seconds=number))
    query = leases_until()

    assert query.rows(owner="me", until=now + timedelta(seconds=1)) == [("lease 0",), ("lease 1",)]
    assert query.rows(owner="you", until=now + timedelta(seconds=9)) == []
    assert query.rows(owner="me", until=now) == [("lease 0",)]


def test_a_prepared_query_gives_values_their_types_back():
    record = EventRecord.objects.create(type="a", payload="{}", correlation_id=EventRecord().id, sequence=1)
    query = Prepared(
        lambda kind: EventRecord.objects.filter(type=kind).values_list("id", "occurred_at", "user_id"), kind="\x01kind"
    )

    assert query.rows(kind="a") == [(record.pk, record.occurred_at, None)]


@engine.sql_only
def test_a_value_the_query_does_not_use_is_a_mistake_found_at_once():
    query = Prepared(
        lambda kind, other: EventRecord.objects.filter(type=kind).values_list("id"), kind="\x01", other="\x02"
    )

    with pytest.raises(ValueError, match="does not use other"):
        query.rows(kind="a", other="b")


def test_running_it_again_is_one_statement_and_no_compiling(django_assert_num_queries):
    query = leases_until()
    query.rows(owner="me", until=SAMPLE)

    with django_assert_num_queries(1):
        query.rows(owner="me", until=SAMPLE)
