"""Settings: read leniently, checked all at once, every one of them explained."""

import ast
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest

from yabot.environment import ConfigProblem, Environment

ROOT = Path(__file__).resolve().parent.parent
NOWHERE = Path("no-such-folder") / ".env"


@pytest.fixture
def environment() -> Environment:
    """The process's variables, without a file."""
    return Environment(NOWHERE)


def manage(*arguments: str, folder: Path = ROOT, **variables: str) -> subprocess.CompletedProcess[str]:
    """``manage.py`` as a process of its own."""
    clean = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    return subprocess.run(
        [sys.executable, str(folder / "manage.py"), *arguments],
        cwd=folder,
        env={**clean, "PYTHONPATH": str(ROOT), **variables},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("written", "meant"), [("1", True), ("TRUE", True), (" yes ", True), ("off", False), ("0", False)]
)
def test_a_flag_is_read_as_people_write_it(environment, monkeypatch, written, meant):
    monkeypatch.setenv("A_FLAG", written)

    assert environment.flag("A_FLAG", default=not meant) is meant
    assert environment.problems == []


def test_a_flag_that_is_neither_keeps_its_default_and_is_a_problem(environment, monkeypatch):
    monkeypatch.setenv("A_FLAG", "perhaps")

    assert environment.flag("A_FLAG", default=True) is True
    assert environment.problems == [ConfigProblem("A_FLAG", "must be one of 1, 0, true, false; it is 'perhaps'")]


@pytest.mark.parametrize(
    ("written", "message"), [("many", "must be a number"), ("0", "between 1"), ("11", "between 1")]
)
def test_a_number_out_of_place_keeps_its_default_and_is_a_problem(environment, monkeypatch, written, message):
    monkeypatch.setenv("A_NUMBER", written)

    assert environment.number("A_NUMBER", 5, low=1, high=10) == 5
    assert message in environment.problems[0].message


def test_numbers_up_to_both_bounds_are_taken(environment, monkeypatch):
    monkeypatch.setenv("LOW", "1")
    monkeypatch.setenv("HIGH", "10")

    assert (environment.number("LOW", 5, low=1, high=10), environment.number("HIGH", 5, low=1, high=10)) == (1, 10)
    assert environment.problems == []


def test_an_empty_variable_is_as_good_as_none(environment, monkeypatch):
    for name in ("A_FLAG", "A_NUMBER", "A_TEXT", "A_DATABASE", "A_FOLDER"):
        monkeypatch.setenv(name, " ")

    assert environment.flag("A_FLAG", default=True) is True
    assert environment.number("A_NUMBER", 7) == 7
    assert environment.text("A_TEXT", "default") == "default"
    assert environment.database("A_DATABASE", "sqlite:///x")["NAME"] == "x"
    assert environment.folder("A_FOLDER", Path("/home/var")) == Path("/home/var")
    assert environment.problems == []


def test_a_list_is_cut_at_its_commas(environment, monkeypatch):
    monkeypatch.setenv("NAMES", " a, b ,,c")

    assert environment.names("NAMES", "x") == ["a", "b", "c"]


def test_only_known_names_are_chosen(environment, monkeypatch):
    monkeypatch.setenv("GOOD", "b")
    monkeypatch.setenv("BAD", "a,z")

    assert environment.choices("GOOD", ["a", "b"]) == ["b"]
    assert environment.choices("BAD", ["a", "b"]) == ["a", "b"]
    assert environment.problems == [ConfigProblem("BAD", "knows only a, b; it has z")]


def test_a_choice_is_made_in_any_case(environment, monkeypatch):
    monkeypatch.setenv("LEVEL", "info")

    assert environment.choice("LEVEL", "ERROR", ["INFO", "ERROR"]) == "INFO"


@pytest.mark.parametrize(
    ("read", "default"),
    [
        (lambda env: env.choice("WRONG", "ERROR", ["INFO", "ERROR"]), "ERROR"),
        (lambda env: env.zone("WRONG", "UTC"), "UTC"),
        (lambda env: env.address("WRONG", "https://x"), "https://x"),
    ],
)
@pytest.mark.parametrize("written", ["loud", "../etc/passwd"])
def test_a_word_that_means_nothing_keeps_the_default_and_is_a_problem(environment, monkeypatch, read, default, written):
    monkeypatch.setenv("WRONG", written)

    assert read(environment) == default
    assert [problem.variable for problem in environment.problems] == ["WRONG"]


def test_zones_and_addresses_are_taken_as_they_are(environment, monkeypatch):
    monkeypatch.setenv("ZONE", "Europe/Madrid")
    monkeypatch.setenv("ADDRESS", "http://127.0.0.1:8081/bot")

    assert environment.zone("ZONE", "UTC") == "Europe/Madrid"
    assert environment.address("ADDRESS", "") == "http://127.0.0.1:8081/bot"
    assert environment.problems == []


@pytest.mark.parametrize("url", ["not a url", "oracle://x/y", "://"])
def test_a_database_that_is_not_known_is_a_problem(environment, monkeypatch, url):
    monkeypatch.setenv("A_DATABASE", url)

    assert environment.database("A_DATABASE", "sqlite:///x")["NAME"] == "x"
    assert [problem.variable for problem in environment.problems] == ["A_DATABASE"]


def test_a_relative_folder_is_beside_the_default_one(environment, monkeypatch):
    monkeypatch.setenv("A_FOLDER", "elsewhere")

    assert environment.folder("A_FOLDER", Path("/home/var")) == Path("/home/elsewhere")


def test_a_secret_is_made_once_and_only_its_owner_may_read_it(environment, tmp_path):
    file = tmp_path / "new" / "secret.key"

    first, second = environment.secret("NO_SUCH_VARIABLE", file), environment.secret("NO_SUCH_VARIABLE", file)

    assert first == second == file.read_text()
    assert len(first) >= 50
    assert file.stat().st_mode & 0o777 == 0o600


def test_processes_that_start_together_share_one_secret(environment, tmp_path):
    for number in range(20):
        file = tmp_path / str(number) / "secret.key"
        with ThreadPoolExecutor(8) as processes:
            found = set(processes.map(lambda _, file=file: environment.secret("NO_SUCH_VARIABLE", file), range(8)))
        assert len(found) == 1
        assert list(file.parent.iterdir()) == [file]


def test_a_given_secret_is_not_written_anywhere(environment, tmp_path, monkeypatch):
    monkeypatch.setenv("A_SECRET", "given")

    assert environment.secret("A_SECRET", tmp_path / "secret.key") == "given"
    assert list(tmp_path.iterdir()) == []


def test_the_file_is_read_and_the_process_wins_over_it(tmp_path, monkeypatch):
    monkeypatch.setenv("YABOT_TEST_TWICE", "process")
    monkeypatch.delenv("YABOT_TEST_ONCE", raising=False)
    (tmp_path / ".env").write_text("YABOT_TEST_TWICE=file\nYABOT_TEST_ONCE=file\n")

    environment = Environment(tmp_path / ".env")
    found = environment.text("YABOT_TEST_TWICE"), environment.text("YABOT_TEST_ONCE")
    monkeypatch.delenv("YABOT_TEST_ONCE")

    assert found == ("process", "file")


def test_a_settings_file_that_cannot_be_read_ends_with_one_sentence(tmp_path):
    (tmp_path / ".env").write_bytes(b"TELEGRAM_TOKEN=\xff\xfe\xfa")
    program = "import sys, pathlib; from yabot.environment import Environment; Environment(pathlib.Path(sys.argv[1]))"

    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / ".env")], cwd=ROOT, capture_output=True, text=True, timeout=60
    )

    assert done.returncode == 2
    assert done.stderr.startswith("YABOT cannot read its settings file .env: ")
    assert len(done.stderr.splitlines()) == 1


def test_wrong_values_are_all_named_in_one_run(tmp_path):
    wrong = {"DEBUG": "perhaps", "SEND_RATE": "fast", "DATABASE_URL": "oracle://x", "LOG_LEVEL": "loud"}

    done = manage("check", VAR_DIR=str(tmp_path), **wrong)

    assert done.returncode == 1
    assert done.stderr.count("yabot.E001") == 4
    for name in wrong:
        assert name in done.stderr
    assert "Traceback" not in done.stderr


def test_everything_is_written_below_one_folder(tmp_path):
    done = manage("migrate", "-v0", VAR_DIR=str(tmp_path / "a folder, ñ#1"), DATABASE_URL="", SECRET_KEY="")

    assert done.returncode == 0, done.stderr
    written = {path.name for path in (tmp_path / "a folder, ñ#1").iterdir()}
    assert {"secret.key", "yabot.sqlite3", "static"} <= written


def test_networks_are_read_and_wrong_ones_named(environment, monkeypatch):
    monkeypatch.setenv("NEAR", "10.0.0.0/8, 192.168.1.5,::1")
    monkeypatch.setenv("WRONG", "10.0.0.1/8")

    assert environment.networks("NEAR", "") == ["10.0.0.0/8", "192.168.1.5/32", "::1/128"]
    assert environment.networks("WRONG", "127.0.0.0/8,::1/128") == ["127.0.0.0/8", "::1/128"]
    assert [problem.variable for problem in environment.problems] == ["WRONG"]


def read_variables() -> set[str]:
    """The names settings.py asks the environment for."""
    tree = ast.parse((ROOT / "yabot" / "settings.py").read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    asked = [call for call in calls if isinstance(call.func.value, ast.Name) and call.func.value.id == "environment"]
    return {call.args[0].value for call in asked if isinstance(call.args[0], ast.Constant)}


def test_the_example_names_every_variable_and_no_other():
    example = (ROOT / ".env.example").read_text()

    assert set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE)) == read_variables()


def test_every_variable_in_the_example_is_explained():
    lines = (ROOT / ".env.example").read_text().splitlines()

    for above, line in pairwise(lines):
        if re.match(r"[A-Z_]+=", line):
            assert above.startswith("# "), line


def test_the_example_is_a_working_settings_file(tmp_path, monkeypatch):
    variables = dict(re.findall(r"^([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))

    done = manage("check", **{**variables, "VAR_DIR": str(tmp_path)})

    assert (done.returncode, done.stderr) == (0, "")
