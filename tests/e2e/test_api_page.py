"""The page on which a programmer reads the API and tries it, in a real browser."""

import pytest
from selenium.webdriver.common.by import By

from tests.core.calling import operations
from tests.factories.gamification import WalletFactory
from tests.factories.keys import bearer
from tests.screen import Screen

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_page_shows_every_operation_tries_one_and_asks_no_stranger(browser, live_server):
    WalletFactory(user_id=1, balance=42)
    page = Screen(browser, live_server.url)
    wallet = "#operations-gamification-get_wallet"

    page.open("/api/docs/")
    page.wait(lambda _: len(browser.find_elements(By.CSS_SELECTOR, ".opblock")) >= len(operations()))
    assert len(browser.find_elements(By.CSS_SELECTOR, ".opblock")) == len(operations())

    page.press(".btn.authorize")
    page.type(".auth-container input", bearer("gamification:read")["Authorization"].split()[1])
    page.press(".auth-container .btn.authorize")
    page.press(".auth-container .btn-done")
    page.press(f"{wallet} .opblock-summary-control")
    page.press(f"{wallet} .try-out__btn")
    page.type(f"{wallet} tr[data-param-name=user_id] input", "1")
    page.press(f"{wallet} .btn.execute")
    page.reads(f"{wallet} .live-responses-table .highlight-code", '"balance": 42')

    asked = browser.execute_script("return performance.getEntriesByType('resource').map(entry => entry.name)")
    assert [address for address in asked if not address.startswith((live_server.url, "data:"))] == []
    assert page.complaints() == []
