"""MongoDB's transactions: begun, joined, committed until it is known, and what of them is worth another try.

``django_mongodb_backend.transaction.atomic`` leaves its session open when a commit fails, and does not ask again when
the answer to a commit was lost. Rules of https://www.mongodb.com/docs/manual/core/transactions-in-applications/.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, cast

from django.db import connection
from django.db.transaction import TransactionManagementError

try:
    from pymongo.errors import PyMongoError as PyMongoError
except ImportError:  # pragma: no cover - another engine, and MongoDB's driver is not installed

    class PyMongoError(Exception):  # type: ignore[no-redef]
        """Never raised: there is no MongoDB here."""


COMMIT_SECONDS = 30.0


@contextmanager
def transaction() -> Iterator[None]:
    """One transaction on this thread's connection; the ORM's statements take part in it.

    A test's or another transaction around it is joined.
    """
    wrapper = cast(Any, connection)
    if wrapper.in_atomic_block_mongo:
        with joined():
            yield
        return
    wrapper.start_transaction_mongo()
    wrapper.in_atomic_block_mongo = True
    wrapper.yabot_broken = None
    try:
        yield
        _refuse_a_broken_one(wrapper, None)
        _commit(wrapper)
    except BaseException as error:
        _abort(wrapper)
        _refuse_a_broken_one(wrapper, error)
        raise
    wrapper.in_atomic_block_mongo = False
    wrapper._end_session()
    _run_hooks(wrapper)


def _run_hooks(wrapper: Any) -> None:
    """What was to happen after the commit. Django's own block around it (the admin's forms have one) means nothing."""
    around, wrapper.in_atomic_block = wrapper.in_atomic_block, False
    try:
        wrapper.run_and_clear_commit_hooks()
    finally:
        wrapper.in_atomic_block = around


@contextmanager
def snapshot() -> Iterator[None]:
    """Read one state of the database, for up to five minutes. A transaction would be ended after one."""
    wrapper = cast(Any, connection)
    wrapper.ensure_connection()
    with wrapper.connection.start_session(snapshot=True) as session:
        wrapper.session = session
        try:
            yield
        finally:
            wrapper.session = None


@contextmanager
def joined() -> Iterator[None]:
    """A part of the open transaction: when it fails, the whole cannot commit any more."""
    try:
        yield
    except BaseException as error:
        cast(Any, connection).yabot_broken = error
        raise


def _refuse_a_broken_one(wrapper: Any, error: BaseException | None) -> None:
    """Whoever caught the failure of a part cannot go on, as on the other engines; who says it in other words may."""
    broken = wrapper.yabot_broken
    if broken is not None and not _says(error, broken):
        wrapper.yabot_broken = error
        raise TransactionManagementError("a part of this transaction failed, and that was caught") from error


def _says(error: BaseException | None, failure: BaseException) -> bool:
    """Whether this is the failure itself, or was raised from it."""
    while error is not None and error is not failure:
        error = error.__cause__
    return error is failure


def _commit(wrapper: Any) -> None:
    """Commit, and ask again while the answer is lost: committing twice is committing once."""
    deadline = time.monotonic() + COMMIT_SECONDS
    while True:
        try:
            wrapper.session.commit_transaction()
            return
        except PyMongoError as error:
            if not error.has_error_label("UnknownTransactionCommitResult") or time.monotonic() > deadline:
                raise


def _abort(wrapper: Any) -> None:
    wrapper.in_atomic_block_mongo = False
    wrapper.run_on_commit = []
    if wrapper.session is not None:
        with suppress(PyMongoError):
            wrapper.session.abort_transaction()
        wrapper._end_session()


def is_transient(error: BaseException | None) -> bool:
    """Whether MongoDB says that the whole transaction may be run again."""
    while error is not None:
        if isinstance(error, PyMongoError) and error.has_error_label("TransientTransactionError"):
            return True
        error = error.__cause__
    return False
