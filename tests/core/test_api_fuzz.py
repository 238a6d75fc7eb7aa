"""Everything the OpenAPI document promises, tried with examples nobody would write by hand.

``SCHEMA_EXAMPLES=200 pytest tests/core/test_api_fuzz.py`` tries as many for each operation; without, fewer.
"""

import os
from collections.abc import Iterator

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from tests.factories import core as factories
from tests.factories.gamification import WalletFactory
from tests.factories.keys import bearer
from tests.factories.narrative import HintUnlockFactory
from yabot.core.api.gateway import KeyThrottle, ReaderThrottle

EXAMPLES = int(os.environ.get("SCHEMA_EXAMPLES", "10"))
schema = schemathesis.openapi.from_wsgi("/api/schema/?format=json", get_wsgi_application())


@pytest.fixture
def _connection_of_the_test() -> Iterator[None]:
    """As Django's own client does it: a request leaves the test's connection and its transaction open."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def headers(monkeypatch: pytest.MonkeyPatch, _connection_of_the_test: None) -> dict[str, str]:
    """A key for everything, rows to find, and no limit to how often."""
    for throttle in (KeyThrottle, ReaderThrottle):
        monkeypatch.setattr(throttle, "THROTTLE_RATES", {"key": None, "reader": None})
    WalletFactory(user_id=1, balance=100)
    factories.TelegramUserFactory(id=1)
    HintUnlockFactory(user_id=1)
    return bearer()


@pytest.mark.django_db
@pytest.mark.timeout(600)
@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
def test_no_request_is_answered_with_what_the_document_does_not_say(case, headers):
    case.call_and_validate(
        headers=headers,
        checks=[not_a_server_error, status_code_conformance, response_schema_conformance],
    )
