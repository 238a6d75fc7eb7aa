"""A real browser on real pages; skipped, with the reason, where there is none."""

from collections.abc import Iterator

import pytest
from selenium.webdriver import Chrome

from tests.flows.conftest import bot, bot_settings, sandbox, telegram
from tests.screen import Editor, opened_browser

__all__ = ["bot", "bot_settings", "sandbox", "telegram"]


@pytest.fixture
def browser() -> Iterator[Chrome]:
    with opened_browser() as browser:
        yield browser


@pytest.fixture
def editor(browser, live_server, admin_user) -> Editor:
    return Editor(browser, live_server.url)
