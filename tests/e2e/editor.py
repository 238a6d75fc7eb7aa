"""Somebody of the team at a browser: logs in, presses, types and waits for what they see."""

from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

SECONDS = 60
GOING = (WebDriverException,)  # a page on its way out or in: the driver has many words for it


class Editor:
    """Somebody who writes, in a browser."""

    def __init__(self, browser: Chrome, root: str) -> None:
        self.browser, self.root = browser, root

    def log_in(self) -> None:
        self.browser.get(f"{self.root}/admin/login/?next=/admin/")
        self.browser.find_element(By.NAME, "username").send_keys("admin")
        self.browser.find_element(By.NAME, "password").send_keys("password")
        self.press("[type=submit]")
        self.wait(lambda page: "/login/" not in page.current_url)

    def wait(self, condition) -> object:
        return WebDriverWait(self.browser, SECONDS, 0.05, ignored_exceptions=GOING).until(condition)

    def press(self, selector: str, text: str = "") -> None:
        self.wait(lambda _: self._pressed(selector, text))

    def _pressed(self, selector: str, text: str) -> bool:
        """Whether it was there to be pressed: the page may still be on its way."""
        found = [one for one in self.browser.find_elements(By.CSS_SELECTOR, selector) if text in one.text]
        if not found:
            return False
        self.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", found[-1])
        found[-1].click()
        return True

    def type(self, selector: str, text: str) -> None:
        self.wait(lambda _: self._typed(selector, text))

    def _typed(self, selector: str, text: str) -> bool:
        """Whether there was a field, and it took the text."""
        found = self.browser.find_elements(By.CSS_SELECTOR, selector)
        if not found:
            return False
        self.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", found[-1])
        found[-1].clear()
        found[-1].send_keys(text)
        return True

    def sees(self, text: str) -> None:
        self.wait(lambda page: text in page.find_element(By.TAG_NAME, "body").text)
