"""A newcomer's first five minutes: ❤ in the chat page, Lucien's letter, and the chain in the back office."""

import pytest
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.flows.story import put_hearts_under_posts, write_story
from yabot.core.models import OutgoingMessage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SECONDS = 60


def find(browser: Chrome, testid: str, text: str = ""):
    """The last visible element with this test id that contains ``text``, as soon as there is one."""

    def look(driver: Chrome):
        found = driver.find_elements(By.CSS_SELECTOR, f'[data-testid="{testid}"]')
        fitting = [element for element in found if element.is_displayed() and text in element.text]
        return fitting[-1] if fitting else None

    # The page redraws what changes: an element that has just gone is looked for again.
    waiting = WebDriverWait(browser, SECONDS, 0.05, ignored_exceptions=(StaleElementReferenceException,))
    return waiting.until(look, f"no {testid} with {text!r}")


def complaints(browser: Chrome) -> list[str]:
    """What the browser's console holds against the page."""
    return [line["message"] for line in browser.get_log("browser") if line["level"] == "SEVERE"]


@pytest.fixture
def channel(sandbox, bot) -> tuple[int, int]:
    """Ana, and a channel whose post has a ❤️ button."""
    write_story()
    ana = sandbox.add_user(first_name="Ana", language_code="es")["id"]
    sandbox.start(ana)
    sandbox.wait_for_message(ana, "bienvenida")
    diana = sandbox.add_user(first_name="Diana")["id"]
    chat = sandbox.add_channel("Susurros", subscribers=[ana], owner=diana)["id"]
    put_hearts_under_posts(chat)
    sandbox.post(chat, "Esta noche, el jardín.")
    sandbox.wait_for_call("editMessageReplyMarkup")
    return ana, chat


def test_a_heart_in_the_chat_page_brings_luciens_letter_and_the_admin_shows_its_chain(
    browser, telegram, channel, live_server, admin_user
):
    ana, chat = channel
    browser.get(f"{telegram.page_url}?user={ana}&chat={chat}")
    find(browser, "inline-button", "❤").click()
    find(browser, "toasts", "Gracias")
    find(browser, f"chat-{ana}").click()
    letter = find(browser, "message-text", "se abre «Pista 1»")
    assert "Buenas noches, Ana: ya tienes 5 besitos" in letter.text
    assert complaints(browser) == []

    browser.get(f"{live_server.url}/admin/login/?next=/admin/")
    browser.find_element(By.NAME, "username").send_keys("admin")
    browser.find_element(By.NAME, "password").send_keys("password")
    browser.find_element(By.CSS_SELECTOR, "[type=submit]").click()
    WebDriverWait(browser, SECONDS).until(lambda driver: "/login/" not in driver.current_url)
    message = OutgoingMessage.objects.get(key=f"hint:pista-1:{ana}")
    browser.get(f"{live_server.url}/admin/core/eventrecord/chain/{message.correlation_id}/")
    page = browser.find_element(By.TAG_NAME, "body").text
    for part in ("Se pulsó un botón", "Reacción nueva", "Ganó besitos", "se abre «Pista 1»"):
        assert part in page
    assert complaints(browser) == []
