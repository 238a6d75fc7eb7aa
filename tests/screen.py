"""A real browser and a person before it, who looks, presses and types. No element is kept: pages redraw themselves."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import pytest
from selenium import webdriver
from selenium.common.exceptions import (
    ElementClickInterceptedException,
    ElementNotInteractableException,
    StaleElementReferenceException,
    WebDriverException,
)
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select, WebDriverWait

Answer = TypeVar("Answer")
SECONDS = 60
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--window-size=1400,950",
)
# The driver says these before it has touched anything; after any other word a press may have arrived.
UNTOUCHED = (StaleElementReferenceException, ElementNotInteractableException, ElementClickInterceptedException)


@contextmanager
def opened_browser() -> Iterator[webdriver.Chrome]:
    """Headless Chromium with a new profile; the test is skipped, with the reason, where there is none."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        pytest.skip("no chromium and chromedriver on this machine")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    options.add_experimental_option("prefs", {"intl.accept_languages": "es"})
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        for flag in (*FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        with webdriver.Chrome(options=options, service=Service(driver)) as browser:
            yield browser


class Screen:
    """What is on the screen now. Every look is repeated until it succeeds, whatever a page on its way makes of it."""

    def __init__(self, browser: webdriver.Chrome, root: str = "") -> None:
        self.browser, self.root = browser, root

    def open(self, path: str) -> None:
        self.browser.get(self.root + path)

    def wait(self, look: Callable[[webdriver.Chrome], Answer], said: str = "") -> Answer:
        """The first answer of ``look`` that counts as true."""
        return WebDriverWait(self.browser, SECONDS, 0.05, ignored_exceptions=(WebDriverException,)).until(look, said)

    def _last(self, selector: str, text: str) -> WebElement | None:
        found = self.browser.find_elements(By.CSS_SELECTOR, selector)
        return next((one for one in reversed(found) if one.is_displayed() and text in one.text), None)

    def of(self, selector: str, ask: Callable[[WebElement], Answer], text: str = "") -> Answer:
        """What the last visible element with ``text`` answers, as soon as there is one."""

        def look(_: webdriver.Chrome) -> list[Answer]:
            element = self._last(selector, text)
            return [] if element is None else [ask(element)]

        return self.wait(look, f"no {selector} with {text!r}")[0]

    def read(self, selector: str, text: str = "") -> str:
        return self.of(selector, lambda element: element.text, text)

    def value(self, selector: str) -> str:
        """What is in a field, shown or folded away."""
        held = self.wait(lambda page: [page.find_element(By.CSS_SELECTOR, selector).get_attribute("value")], selector)
        return held[0] or ""

    def reads(self, selector: str, text: str) -> None:
        """Wait until one of them says ``text``."""
        self.read(selector, text)

    def sees(self, text: str) -> None:
        self.read("body", text)

    def misses(self, text: str) -> None:
        """Wait until nothing on the page says ``text``."""
        self.wait(lambda page: text not in page.find_element(By.TAG_NAME, "body").text, f"still {text!r}")

    def press(self, selector: str, text: str = "") -> None:
        """Press the last visible one with ``text``, once: a page that changes under the finger is pressed again."""
        perhaps = False

        def look(_: webdriver.Chrome) -> bool:
            nonlocal perhaps
            element = self._last(selector, text)
            if element is None:
                return perhaps
            self.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
            try:
                element.click()
            except UNTOUCHED:
                raise
            except WebDriverException:
                perhaps = True
                raise
            return True

        self.wait(look, f"no {selector} with {text!r} to press")

    def keep_toasts(self) -> None:
        """Let what is said in passing stay for a minute: a machine under load looks late."""
        self.browser.execute_script(
            "const later = window.setTimeout;"
            "window.setTimeout = (work, ms, ...more) => later(work, ms === 3500 ? 60000 : ms, ...more)"
        )

    def type(self, selector: str, *keys: str) -> None:
        """Write ``keys`` into a field instead of what is in it."""

        def write(field: WebElement) -> None:
            self.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", field)
            field.clear()
            field.send_keys(*keys)

        self.of(selector, write)

    def pick(self, selector: str, text: str) -> None:
        """Take the option that reads ``text``."""
        self.of(selector, lambda element: Select(element).select_by_visible_text(text))

    def attach(self, selector: str, path: str) -> None:
        """Choose a file; its field may be hidden behind a button."""
        self.wait(lambda page: [page.find_element(By.CSS_SELECTOR, selector).send_keys(path)], f"no {selector}")

    def complaints(self) -> list[str]:
        """What the browser's console holds against the page."""
        return [line["message"] for line in self.browser.get_log("browser") if line["level"] == "SEVERE"]


class Editor(Screen):
    """Somebody of the team, before the back office."""

    def log_in(self, to: str = "/admin/") -> None:
        self.open(f"/admin/login/?next={to}")
        self.type("[name=username]", "admin")
        self.type("[name=password]", "password")
        self.press("[type=submit]")
        self.wait(lambda page: "/login/" not in page.current_url, "still at the login")
