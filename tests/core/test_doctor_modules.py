"""The doctor's and the health page's word on modules that run in other processes, and on keys that end."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.core import remote_module
from tests.core.remote_module import RemoteModule, saying
from yabot.core import breaker, clock, health, keys
from yabot.core.breaker import FAILURES, Breaker
from yabot.core.doctor import modules
from yabot.core.doctor.diagnosis import Level
from yabot.core.models import ModuleKey
from yabot.core.ports import remote

pytestmark = pytest.mark.django_db


@pytest.fixture
def economy(settings: Any) -> Iterator[RemoteModule]:
    """The economy, in another process."""
    breaker.circuits.cache_clear()
    with remote_module.running() as server:
        settings.MODULE_URLS, settings.PORT_SECONDS = {"gamification": server.url}, 30
        settings.MODULE_KEY = "yk_key"
        yield server
    remote.close()
    breaker.circuits.cache_clear()


def test_a_module_that_answers_is_well(economy: RemoteModule) -> None:
    (found,) = modules.examine()

    assert (found.part, found.level) == ("gamification", Level.OK)
    assert economy.asked[0][2] == {"user_ids": []}


@pytest.mark.parametrize("status", [401, 403])
def test_a_wrong_key_is_told_from_a_module_that_is_away(economy: RemoteModule, status: int) -> None:
    economy.replies = [saying({}, status)]

    (found,) = modules.examine()

    assert (found.level, "gamification:ports" in found.cure) == (Level.BROKEN, True)


def test_nobody_at_the_address_is_said_with_its_setting(settings: Any) -> None:
    settings.MODULE_URLS = {"gamification": "http://127.0.0.1:9"}

    (found,) = modules.examine()

    assert (found.level, "GAMIFICATION_URL" in found.cure) == (Level.BROKEN, True)


def test_an_open_circuit_is_seen_by_the_doctor_the_health_page_and_prometheus(
    economy: RemoteModule, client: Client
) -> None:
    for _ in range(FAILURES):
        Breaker("gamification:balances").failed()

    assert [found.part for found in modules.examine()] == ["gamification", "circuits"]
    (shown,) = (found for found in health.findings() if found.name == "modules")
    assert (shown.ok, shown.vital, "gamification:balances" in shown.detail) == (False, False, True)
    exposed = client.get("/metrics").content.decode()
    assert 'yabot_circuit_open{module="gamification",operation="balances"} 1.0' in exposed
    assert 'yabot_circuit_open{module="gamification",operation="spend"} 0.0' in exposed


def test_where_everything_runs_here_nothing_is_said(settings: Any) -> None:
    settings.MODULE_URLS = {"gamification": ""}

    assert modules.examine() == []
    assert "modules" not in {found.name for found in health.findings()}


def test_a_key_in_use_that_ends_soon_is_told_until_it_has_a_successor() -> None:
    key, _ = keys.create("shop", ["core:read"], expires_at=clock.now() + timedelta(days=3))
    keys.create("unused", ["core:read"], expires_at=clock.now() + timedelta(days=3))
    keys.create("for long", ["core:read"], expires_at=clock.now() + timedelta(days=30))
    assert modules.keys_that_end() == []
    ModuleKey.objects.exclude(name="unused").update(last_used_at=clock.now())

    (found,) = modules.keys_that_end()
    assert (found.level, key.prefix in found.cure) == (Level.WARNING, True)

    keys.rotate(key.pk)
    assert modules.keys_that_end() == []
