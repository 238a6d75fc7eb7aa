"""One sandbox for the whole package, emptied for every test."""

import pytest

from tests.sandbox.callers import BotCaller
from yabot.sandbox.server import SandboxServer


@pytest.fixture(scope="package")
def running():
    with SandboxServer() as server:
        yield server


@pytest.fixture
def server(running):
    running.client.reset()
    return running


@pytest.fixture
def sandbox(server):
    """The control client."""
    return server.client


@pytest.fixture
def bot(server):
    """Calls the Bot API as any HTTP client would."""
    with BotCaller(server) as caller:
        yield caller


@pytest.fixture
def ana(sandbox):
    """A reader who has pressed START."""
    user = sandbox.add_user(1001, "Ana", username="ana_lectora")
    sandbox.start(user["id"])
    return user["id"]


@pytest.fixture
def luis(sandbox):
    """A second reader, who never wrote to the bot."""
    return sandbox.add_user(1002, "Luis")["id"]


@pytest.fixture
def group(sandbox, ana, luis):
    """A group the bot administers."""
    return sandbox.add_group("Café", [ana, luis], owner=ana)["id"]


@pytest.fixture
def channel(sandbox, ana, luis):
    """A channel of Ana's, with its discussion group, both administered by the bot."""
    return sandbox.add_channel("Susurros", [ana, luis], owner=ana)
