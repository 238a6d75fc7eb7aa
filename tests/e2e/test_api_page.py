"""The page on which a programmer reads the API and tries it, in a real browser."""

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.core.calling import operations
from tests.e2e.test_browser import complaints
from tests.factories.gamification import WalletFactory
from tests.factories.keys import bearer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SECONDS = 60


def every(browser: Chrome, selector: str, number: int = 1):
    """The elements, as soon as there are so many."""
    waiting = WebDriverWait(browser, SECONDS, 0.05)
    return waiting.until(lambda page: (found := page.find_elements(By.CSS_SELECTOR, selector))[number - 1 :] and found)


def test_the_page_shows_every_operation_tries_one_and_asks_no_stranger(browser, live_server):
    WalletFactory(user_id=1, balance=42)

    browser.get(f"{live_server.url}/api/docs/")
    shown = every(browser, ".opblock", len(operations()))
    assert len(shown) == len(operations())

    every(browser, ".btn.authorize")[0].click()
    every(browser, ".auth-container input")[0].send_keys(bearer("gamification:read")["Authorization"].split()[1])
    every(browser, ".auth-container .btn.authorize")[0].click()
    every(browser, ".auth-container .btn-done")[0].click()
    every(browser, "#operations-gamification-get_wallet .opblock-summary-control")[0].click()
    every(browser, "#operations-gamification-get_wallet .try-out__btn")[0].click()
    every(browser, "#operations-gamification-get_wallet .parameters input")[0].send_keys("1")
    every(browser, "#operations-gamification-get_wallet .btn.execute")[0].click()
    answer = every(browser, "#operations-gamification-get_wallet .live-responses-table .highlight-code")[0]

    assert '"balance": 42' in answer.text
    asked = browser.execute_script("return performance.getEntriesByType('resource').map(entry => entry.name)")
    assert [address for address in asked if not address.startswith((live_server.url, "data:"))] == []
    assert complaints(browser) == []
