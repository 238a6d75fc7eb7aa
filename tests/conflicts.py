"""Conflicts that pass, as servers tell of them."""

from django.db import OperationalError
from django.db.utils import Error
from psycopg.errors import DeadlockDetected


def deadlock(kind: type[Error] = OperationalError) -> Error:
    """A deadlock, from a server that does not speak English."""
    error = kind("se ha detectado un deadlock")
    error.__cause__ = DeadlockDetected(str(error))
    return error
