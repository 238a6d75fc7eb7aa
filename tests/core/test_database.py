"""Telling a database that is away from one that refuses."""

import pytest
from django.db import DatabaseError, DataError, IntegrityError, InterfaceError, OperationalError

from yabot.core.database import is_away

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
