"""Everything the OpenAPI document promises, tried with examples nobody would write by hand.

``SCHEMA_EXAMPLES=200 pytest tests/core/test_api_fuzz.py`` tries as many for each operation; without, fewer.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck
from hypothesis import settings as examples
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from gamification.models import Reason
from gamification.services import wallets
from tests.factories import core as factories
from tests.factories.gamification import WalletFactory
from tests.factories.keys import bearer
from tests.factories.narrative import HintUnlockFactory
from yabot.core.api import throttling

EXAMPLES = int(os.environ.get("SCHEMA_EXAMPLES", "10"))
THERE: dict[str, object] = {"user_id": 1}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    ignored_auth,
]
schema = schemathesis.openapi.from_wsgi("/api/schema/?format=json", get_wsgi_application())


@schema.hook
def flatmap_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> st.SearchStrategy[Any]:
    """Half of the examples are about what is there."""
    there = {name: str(THERE.get(name, value)) for name, value in (path_parameters or {}).items()}
    return st.sampled_from([path_parameters, there])


@pytest.fixture
def _connection_of_the_test() -> Iterator[None]:
    """As Django's own client does it: a request leaves the test's connection and its transaction open."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def headers(settings: Any, monkeypatch: pytest.MonkeyPatch, _connection_of_the_test: None) -> dict[str, str]:
    """A key for everything, rows to find, and no limit to how often."""
    settings.API_RATE = settings.API_RATE_PER_READER = 10**9
    monkeypatch.setattr(throttling, "MOST_REFUSED", 10**9)
    WalletFactory(user_id=1, balance=100)
    factories.TelegramUserFactory(id=1)
    HintUnlockFactory(user_id=1)
    hold = wallets.hold(user_id=1, amount=1, reason=Reason.FRAGMENT, reference="hold:1")
    call = factories.WebhookDeliveryFactory(dead=True)
    THERE.update(hold_id=hold.pk, endpoint_id=call.endpoint_id, delivery_id=call.pk)
    return bearer()


@pytest.mark.django_db
@pytest.mark.timeout(1200)
@schema.parametrize()
@examples(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
def test_no_request_is_answered_with_what_the_document_does_not_say(case, headers):
    case.call_and_validate(headers=headers, checks=CHECKS)
