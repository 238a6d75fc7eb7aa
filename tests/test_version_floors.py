"""What is installed is not known to be vulnerable.

An audit tool that finds no advisory source reports nothing and passes, so the newest fixes that were found are kept
here, with the date. A floor is only ever raised.
"""

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

COLLECTED = "2026-11-23"
FLOORS = {
    "Django": "5.2.17",  # CVE-2026-15307, -15337, -15830, -15920
    "sqlparse": "0.6.0",  # quadratic parsing; earlier CVE-2023-30608, CVE-2024-4340
    "pymongo": "4.18.2",  # PYSEC-2026-4296
    "django-mongodb-backend": "5.2.4",  # older ones swallow errors of a commit
    "celery": "5.2.2",  # CVE-2021-23727
    "kombu": "5.7.0",  # restoring what a dead worker held
}
REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements.txt"


def numbers(text: str) -> tuple[int, ...]:
    """``5.2.17`` as it is compared."""
    return tuple(int(part) for part in text.split(".") if part.isdigit())


@pytest.mark.parametrize(("package", "floor"), FLOORS.items())
def test_an_installed_package_is_not_below_its_floor(package, floor):
    try:
        installed = version(package)
    except PackageNotFoundError:
        pytest.skip(f"{package} is not installed here")

    assert numbers(installed) >= numbers(floor), f"{package} {installed} is older than the fix of {COLLECTED}"


def test_the_requirements_ask_for_the_floors_of_what_they_name():
    asked = dict(
        line.split(">=", 1) for line in REQUIREMENTS.read_text().splitlines() if ">=" in line and line[0] != "#"
    )

    for package in set(asked) & set(FLOORS):
        assert numbers(asked[package].split(",")[0]) >= numbers(FLOORS[package]), package
    assert {"Django", "sqlparse"} <= set(asked)


def test_older_versions_are_recognised():
    assert numbers("5.2.9") < numbers("5.2.17") < numbers("5.10")
