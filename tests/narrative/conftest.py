import pytest

from narrative.services import catalogue


@pytest.fixture(autouse=True)
def _no_hints_are_remembered():
    """Each test's story is its own."""
    catalogue.forget()
    yield
    catalogue.forget()
