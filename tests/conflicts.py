"""Conflicts and breaks that pass, as servers tell of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from django.db import OperationalError, connection
from django.db.utils import Error
from psycopg.errors import DeadlockDetected


def deadlock(kind: type[Error] = OperationalError) -> Error:
    """A deadlock, from a server that does not speak English."""
    error = kind("se ha detectado un deadlock")
    error.__cause__ = DeadlockDetected(str(error))
    return error


@contextmanager
def answer_lost() -> Iterator[None]:
    """The server commits, and the connection breaks before it can say so."""
    commit = connection._commit

    def lose() -> None:
        commit()
        raise OperationalError("server closed the connection unexpectedly")

    with mock.patch.object(connection, "_commit", lose):
        yield
