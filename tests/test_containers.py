"""The container files name nothing that does not exist: services, commands, modules, paths, ports, variables."""

import importlib
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands, load_command_class

ROOT = Path(__file__).resolve().parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = sorted(name for name, service in SERVICES.items() if service["image"] == "yabot")
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
INSTRUCTIONS = [line.split(maxsplit=1) for line in DOCKERFILE.splitlines() if line and not line.startswith("#")]
EXAMPLE = dict(re.findall(r"^([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))


def given(instruction: str) -> list[str]:
    """What the Dockerfile gives to every such instruction."""
    return [arguments for name, arguments in INSTRUCTIONS if name == instruction]


def check_command(command: list[str]) -> None:
    """The program, the module and the management command exist and take these arguments."""
    program, *arguments = command
    if program == "python":
        assert arguments[0] == "manage.py"
        name = arguments[1]
        parser = load_command_class(get_commands()[name], name).create_parser("manage.py", name)
        parser.parse_args(arguments[2:])
    elif program == "uvicorn":
        module, _, attribute = arguments[0].partition(":")
        assert module == "yabot.asgi"  # importing it would begin to measure this process
        assert re.search(rf"^{attribute} = ", (ROOT / "yabot" / "asgi.py").read_text(), re.MULTILINE)
        help_text = subprocess.run([sys.executable, "-m", "uvicorn", "--help"], capture_output=True, text=True).stdout
        assert all(option in help_text for option in arguments if option.startswith("--"))
    else:
        assert program == "celery"
        assert arguments[:2] == ["-A", "yabot"]
        assert importlib.import_module("yabot.celery").app.main == "yabot"
        assert arguments[2] in {"worker", "beat"}


def test_the_whole_system_is_there():
    assert set(SERVICES) == {"mongo", "replica-set", "redis", "migrate", "web", "bot", "worker", "beat"}
    assert OURS == ["beat", "bot", "migrate", "web", "worker"]


@pytest.mark.parametrize("name", OURS)
def test_every_command_and_its_health_check_exists(name):
    check_command(SERVICES[name]["command"])
    if name != "migrate":
        kind, *check = SERVICES[name]["healthcheck"]["test"]
        assert kind == "CMD"
        check_command(check)
        assert check[-1] == name


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_whoever_is_waited_for_is_a_service_that_can_be_waited_for(name):
    for other, wanted in SERVICES[name].get("depends_on", {}).items():
        if wanted["condition"] == "service_healthy":
            assert "healthcheck" in SERVICES[other]
        else:
            assert wanted["condition"] == "service_completed_successfully"
            assert SERVICES[other]["restart"] == "no"


def test_everybody_waits_for_the_migrations_and_these_for_a_replica_set():
    for name in set(OURS) - {"migrate"}:
        assert SERVICES[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert list(SERVICES["migrate"]["depends_on"]) == ["replica-set"]
    assert "--replSet" in SERVICES["mongo"]["command"]


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_a_setting(name):
    assert set(SERVICES[name]["environment"]) <= set(EXAMPLE)
    assert SERVICES[name]["env_file"] == ".env"
    text = (ROOT / "docker-compose.yml").read_text()
    assert set(re.findall(r"\$\{([A-Z_]+)", text)) <= set(EXAMPLE)


def test_addresses_name_services_and_the_replica_set():
    environment = SERVICES["web"]["environment"]

    assert environment["DATABASE_URL"] == "mongodb://mongo:27017/yabot?replicaSet=rs0"
    assert environment["REDIS_URL"] == "redis://redis:6379/0"
    assert SERVICES["mongo"]["command"][SERVICES["mongo"]["command"].index("--replSet") + 1] == "rs0"
    assert '_id: "rs0"' in SERVICES["replica-set"]["command"][-1]
    assert 'host: "mongo:27017"' in SERVICES["replica-set"]["command"][-1]


def test_ports_are_those_that_are_listened_on():
    command = SERVICES["web"]["command"]
    listened = command[command.index("--port") + 1]

    assert [port.rsplit(":", 1)[1] for port in SERVICES["web"]["ports"]] == [listened]
    assert given("EXPOSE") == [listened]
    assert "ports" not in SERVICES["mongo"]
    assert "ports" not in SERVICES["redis"]


def test_volumes_and_networks_are_declared_and_used():
    volumes = {use.partition(":")[0] for service in SERVICES.values() for use in service.get("volumes", [])}
    networks = {network for service in SERVICES.values() for network in service["networks"]}

    assert volumes == set(COMPOSE["volumes"])
    assert networks == set(COMPOSE["networks"])
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert SERVICES["mongo"]["networks"] == SERVICES["redis"]["networks"] == ["inside"]


def test_what_is_written_lies_on_the_volume():
    folder = SERVICES["web"]["environment"]["VAR_DIR"]

    assert SERVICES["web"]["volumes"] == [f"yabot:{folder}"]
    assert given("VOLUME") == [folder]
    assert f"VAR_DIR={folder}" in given("ENV")[0]


def test_nobody_is_root():
    assert given("USER") == ["yabot"]
    assert INSTRUCTIONS[-1][0] == "CMD"
    for name in OURS:
        assert SERVICES[name]["cap_drop"] == ["ALL"]


def test_redis_forgets_nothing_that_waits():
    assert SERVICES["redis"]["command"][-2:] == ["--maxmemory-policy", "noeviction"]


def test_what_is_copied_exists_and_is_let_in():
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    let_in = {line[1:] for line in ignored if line.startswith("!")}
    copied = {source for line in given("COPY") for source in line.split()[:-1]}

    assert "*" in ignored
    assert copied == let_in
    assert all((ROOT / source).exists() for source in copied)


def test_the_command_of_the_image_is_that_of_web():
    command = re.findall(r'"([^"]+)"', given("CMD")[0])

    check_command(command)
    assert command == SERVICES["web"]["command"][: len(command)]


def test_what_is_copied_is_enough_to_run(tmp_path):
    """The Dockerfile's own steps, in a copy that has nothing else."""
    for line in given("COPY"):
        source, target = line.split()
        where = tmp_path / "yabot" / target / (source if target.endswith("/") else "")
        where.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, where, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / source, where)
    step = next(line for line in given("RUN") if "compileall" in line)
    step = step.replace("/tmp/building", str(tmp_path / "building")).replace("python ", f"{sys.executable} ")

    done = subprocess.run(
        step, shell=True, cwd=tmp_path / "yabot", env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout
    assert not (tmp_path / "building").exists()
    assert not list(tmp_path.rglob("secret.key"))
