"""Telling a database that is away from one that refuses; and connections that died while nobody used them."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, DataError, IntegrityError, InterfaceError, OperationalError, connection

from tests.engine import postgres_only
from yabot.core.database import is_away
from yabot.core.models import Lease

ConnectionFailure = type("ConnectionFailure", (Exception,), {})
ServerSelectionTimeoutError = type("ServerSelectionTimeoutError", (ConnectionFailure,), {})


def wrapped(cause: Exception) -> DatabaseError:
    error = DatabaseError("wrapped")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "error",
    [OperationalError("x"), InterfaceError("x"), ServerSelectionTimeoutError(), wrapped(ServerSelectionTimeoutError())],
)
def test_no_answer_is_away(error):
    assert is_away(error)


@pytest.mark.parametrize("error", [None, DataError("x"), IntegrityError("x"), ValueError(), wrapped(ValueError())])
def test_a_refusal_is_not(error):
    assert not is_away(error)


@pytest.fixture
def eight_connections() -> list[int]:
    """The server's processes behind eight connections of the pool, used at the same time and given back."""
    together = threading.Barrier(8)

    def use(_: int) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            process = cursor.fetchone()[0]
        together.wait(10)
        connection.close()
        return process

    with ThreadPoolExecutor(8) as threads:
        return list(threads.map(use, range(8)))


@postgres_only
@pytest.mark.django_db(transaction=True)
def test_connections_that_died_in_the_pool_are_not_handed_out(eight_connections):
    assert len(set(eight_connections)) == 8
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM unnest(%s) AS pid WHERE pid <> pg_backend_pid()",
            [eight_connections],
        )

    def count(_: int) -> int:
        try:
            return Lease.objects.count()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        assert list(thread.map(count, range(12))) == [0] * 12
