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
    ensure_resource_availability,
    ignored_auth,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
    use_after_free,
)

from gamification.models import Reason
from gamification.services import wallets
from narrative.services import choices, library
from tests.factories import core as factories
from tests.factories.gamification import WalletFactory
from tests.factories.keys import bearer
from tests.factories.narrative import HintFactory, HintUnlockFactory, LucienTemplateFactory
from tests.narrative.stories import choice, ending, fragment, story
from yabot.core.api import throttling

EXAMPLES = int(os.environ.get("SCHEMA_EXAMPLES", "10"))
THERE: dict[str, object] = {"user_id": 1, "story": "casa", "fragment": "sala", "choice": "a-fin", "end": "capture"}
SAID: dict[str, object] = {
    "user_id": 1,
    "chat_id": -1001,
    "amount": 1,
    "reason": Reason.FRAGMENT.value,
    "hint": "mapa",
    "letter": "hola",
    "choice": "a-fin",
    "step": 1,
    "action": "begin",
    "at": "2026-01-01T00:00:00Z",
    "url": "https://shop.example/yabot",
    "event_types": [],
    "time_zone": "Europe/Madrid",
}
CHECKS = [
    not_a_server_error,
    unsupported_method,
    use_after_free,
    ensure_resource_availability,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    ignored_auth,
]
schema = schemathesis.openapi.from_wsgi("/api/schema/?format=json", get_wsgi_application())


@schema.hook
def flatmap_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> st.SearchStrategy[Any]:
    """Most of the examples are about what is there."""
    there = {name: str(THERE.get(name, value)) for name, value in (path_parameters or {}).items()}
    return st.sampled_from([there, there, there, path_parameters])


@schema.hook
def flatmap_body(context: Any, body: Any) -> st.SearchStrategy[Any]:
    """Most of the bodies say something that can be done."""
    if not isinstance(body, dict):
        return st.just(body)
    sayable = {name: SAID.get(name, value) for name, value in body.items()}
    return st.sampled_from([sayable, sayable, sayable, body])


@pytest.fixture
def _connection_of_the_test() -> Iterator[None]:
    """As Django's own client does it: a request leaves the test's connection and its transaction open."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def statuses() -> Iterator[list[int]]:
    """What an operation answered to all of its examples: it did at least once what it is there for."""
    answered: list[int] = []
    yield answered
    assert any(200 <= status < 300 for status in answered), sorted(set(answered))


@pytest.fixture
def headers(settings: Any, monkeypatch: pytest.MonkeyPatch, _connection_of_the_test: None) -> dict[str, str]:
    """A key for everything, rows to find, and no limit to how often."""
    settings.API_RATE = settings.API_RATE_PER_READER = 10**9
    monkeypatch.setattr(throttling, "MOST_REFUSED", 10**9)
    WalletFactory(user_id=1, balance=100)
    factories.TelegramUserFactory(id=1)
    HintUnlockFactory(user_id=1)
    HintFactory(key="mapa")
    LucienTemplateFactory(key="hola")
    library.release(story(fragment("sala", choice("fin")), ending("fin")))
    choices.begin(1, story="casa")
    hold = wallets.hold(user_id=1, amount=1, reason=Reason.FRAGMENT, reference="hold:1")
    call = factories.WebhookDeliveryFactory(dead=True)
    factories.TelegramChatFactory(id=-1001)
    wrong = wallets.add(user_id=1, amount=1, reason=Reason.GIFT, reference="gift:1")
    THERE.update(transfer_id=wrong.pk, hold_id=hold.pk, endpoint_id=call.endpoint_id, delivery_id=call.pk)
    return bearer()


@pytest.mark.django_db
@pytest.mark.timeout(1200)
@schema.parametrize()
@examples(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
def test_no_request_is_answered_with_what_the_document_does_not_say(case, headers, statuses):
    statuses.append(case.call_and_validate(headers=headers, checks=CHECKS).status_code)


@pytest.mark.django_db
@pytest.mark.timeout(1200)
def test_what_requests_answer_is_what_the_next_ones_ask_about(headers):
    class Chain(schema.as_state_machine()):  # type: ignore[misc]
        """Requests one after the other, each about what another one told."""

        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            """With the key."""
            return {"headers": headers}

        def validate_response(self, response: Any, case: Any, **_: Any) -> None:
            """As each request by itself, where it is also tried without the key."""
            case.validate_response(response, checks=[check for check in CHECKS if check is not ignored_auth])

    Chain.run(settings=examples(max_examples=EXAMPLES, deadline=None, database=None, stateful_step_count=8))
