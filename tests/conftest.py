"""What every test may ask for."""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import TransactionTestCase
from hypothesis import settings as properties

from gamification.services import rules
from narrative.services import catalogue
from narrative.services import rules as habits
from tests import engine
from yabot.core import clock, ids, people, snapshot
from yabot.core.webhooks import subscriptions

REMEMBERED = (rules.current, subscriptions.current, catalogue.catalogue, habits.occasions)
# What a property promises is not how fast the machine is. Somebody at work tries other examples each time, and is glad
# of what they find; where everybody waits, they are the same.
properties.register_profile("any machine", deadline=None, derandomize="CI" in os.environ)
properties.load_profile("any machine")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Tests write to a real SQLite file as in production, without waiting for the disk; each worker has a database."""
    from django.conf import settings

    database = settings.DATABASES["default"]
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    if engine.ENGINE != "sqlite":
        database["TEST"]["NAME"] = f"test_yabot_{worker}"
        return
    options = database["OPTIONS"]
    options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")
    database["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(autouse=True)
def _nobody_is_remembered() -> None:
    people.forget_all()
    for remembered in REMEMBERED:
        remembered.forget()
    ids._last = 0  # a test that moved the clock leaves ids of the future behind
    snapshot.forget()


@pytest.fixture
def nothing_grows_old(monkeypatch: pytest.MonkeyPatch) -> None:
    """What processes remember for some seconds stays fresh on a slow machine, too: for tests that count statements."""
    for remembered in REMEMBERED:
        monkeypatch.setattr(remembered, "fresh", timedelta(hours=1))


@pytest.fixture
def at_one_moment() -> Iterator[None]:
    """The clock stands still, however slow the machine is."""
    with time_machine.travel(clock.now(), tick=False):
        yield


@pytest.fixture
def expected_errors() -> list[str]:
    """Parts of ERROR log lines this test wants to see."""
    return []


@pytest.fixture(autouse=True)
def _no_unexpected_error(caplog: pytest.LogCaptureFixture, expected_errors: list[str]) -> Iterator[None]:
    """A test that logs an ERROR it did not expect fails: signals and error handlers swallow bugs otherwise."""
    yield
    for when in ("setup", "call"):
        for record in caplog.get_records(when):  # type: ignore[arg-type]
            if record.levelno >= logging.ERROR and not any(part in record.getMessage() for part in expected_errors):
                pytest.fail(f"unexpected ERROR: {record.getMessage()}")


@pytest.fixture
def until() -> Callable[..., None]:
    """Wait for something in the database that no message tells of; bounded, and woken often."""

    def wait(condition: Callable[[], bool], seconds: float = 30) -> None:
        woken = threading.Event()
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if condition():
                return
            woken.wait(0.02)
        raise AssertionError("it did not happen in time")

    return wait


if engine.ENGINE == "mongodb":
    from tests.mongodb import (  # noqa: F401 - fixtures
        django_assert_max_num_queries,
        django_assert_num_queries,
        forget_rows,
        remember_rows,
    )

    # Emptying every table and making all permissions anew takes MongoDB a third of a second for each test.
    TransactionTestCase._fixture_teardown = forget_rows  # type: ignore[method-assign,assignment]

    @pytest.fixture(scope="session", autouse=True)
    def _rows_of_migrations(django_db_setup: None, django_db_blocker: Any) -> None:
        with django_db_blocker.unblock():
            remember_rows()
