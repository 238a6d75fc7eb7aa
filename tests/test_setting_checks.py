"""What the system checks say of wrong settings, by their codes."""

from types import SimpleNamespace

import pytest

from tests.engine import sqlite_only
from tests.test_environment import manage
from yabot.core import checks
from yabot.environment import ConfigProblem


def ids(found: list) -> list[str]:
    """The checks' ids."""
    return [message.id for message in found]


def test_e001_names_the_variable_and_what_is_wrong(settings):
    settings.CONFIG_PROBLEMS = [ConfigProblem("SEND_RATE", "must be a number; it is 'x'")]

    (found,) = checks.check_environment()

    assert (found.id, found.msg) == ("yabot.E001", "SEND_RATE must be a number; it is 'x'.")


def test_e002_refuses_fault_points_outside_tests(settings):
    settings.CRASH_AT, settings.DEBUG = "in_delivery:1", False

    assert ids(checks.check_fault_points()) == ["yabot.E002"]


@pytest.mark.parametrize("point", ["nowhere:1", "in_delivery:x"])
def test_e003_refuses_fault_points_that_do_not_exist(settings, point):
    settings.CRASH_AT, settings.DEBUG = point, True

    assert ids(checks.check_fault_points()) == ["yabot.E003"]


@pytest.mark.parametrize("point", ["", "in_delivery", "in_delivery:3"])
def test_fault_points_that_exist_are_allowed_in_tests(settings, point):
    settings.CRASH_AT, settings.DEBUG = point, True

    assert checks.check_fault_points() == []


def test_e004_refuses_the_sandbox_in_production(settings):
    settings.SANDBOX_ENABLED, settings.DEBUG = True, False

    assert ids(checks.check_sandbox()) == ["yabot.E004"]


def test_the_sandbox_is_allowed_while_trying_out(settings):
    settings.SANDBOX_ENABLED, settings.DEBUG = True, True

    assert checks.check_sandbox() == []


def test_e071_refuses_a_metrics_token_that_can_be_guessed(settings):
    settings.METRICS_TOKEN = "x" * 31

    assert ids(checks.check_metrics()) == ["yabot.E071"]


@pytest.mark.parametrize("token", ["", "x" * 32])
def test_no_token_and_a_long_token_are_fine(settings, token):
    settings.METRICS_TOKEN = token

    assert checks.check_metrics() == []


@sqlite_only
@pytest.mark.django_db
def test_e005_reads_the_pragmas_back(monkeypatch):
    monkeypatch.setattr(checks, "PRAGMAS", {"foreign_keys": 7})

    (found,) = checks.check_sqlite()

    assert (found.id, found.msg) == ("yabot.E005", "SQLite's foreign_keys is 1, not 7.")


def test_e005_has_nothing_to_say_about_other_engines(monkeypatch):
    monkeypatch.setattr(checks, "connection", SimpleNamespace(vendor="postgresql"))

    assert checks.check_sqlite() == []


def test_e005_is_content_with_a_real_database(tmp_path):
    done = manage("check", "--database", "default", VAR_DIR=str(tmp_path), DATABASE_URL="")

    assert (done.returncode, done.stderr) == (0, "")


def test_e061_wants_a_key_for_modules_in_other_processes(settings):
    settings.MODULE_URLS = {"gamification": "http://game:8000", "narrative": "", "channeladmin": ""}

    (found,) = checks.check_modules()

    assert found.id == "yabot.E061"
    assert found.msg.startswith("GAMIFICATION_URL is set, and YABOT_MODULE_KEY is not")


def test_w061_says_which_module_is_nowhere(settings):
    settings.MODULES = ["narrative"]
    settings.MODULE_URLS = {"gamification": "http://game:8000"}
    settings.MODULE_KEY = "yab_key"

    (found,) = checks.check_modules()

    assert found.id == "yabot.W061"
    assert found.msg.startswith("channeladmin does not run here")


def test_one_process_for_everything_needs_no_key():
    assert checks.check_modules() == []


def test_w001_warns_of_a_token_in_debug(settings):
    settings.DEBUG, settings.TELEGRAM_TOKEN = True, "123:abc"

    assert ids(checks.check_debug()) == ["yabot.W001"]
