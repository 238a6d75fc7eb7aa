"""The chat page in a real browser: what a newcomer sees and taps."""

import shutil

import pytest
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--window-size=1400,900",
]
GROUP, CHANNEL = -1001000000001, -1001000000002
MARKUP = {"inline_keyboard": [[{"text": "Abrir", "callback_data": "open"}]]}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="needs chromium and chromedriver"),
]


class Page:
    """One browser, addressed by ``data-testid``; every look waits a few seconds."""

    def __init__(self, driver, url):
        self.driver = driver
        self.url = url

    def open(self):
        self.driver.get(f"{self.url}?user=1001")
        self.until(lambda _: self.driver.execute_script("return document.documentElement.dataset.ready"))

    def until(self, condition):
        ignored = [StaleElementReferenceException]
        return WebDriverWait(self.driver, 8, poll_frequency=0.03, ignored_exceptions=ignored).until(condition)

    def find(self, testid, text=None):
        def look(driver):
            for node in driver.find_elements(By.CSS_SELECTOR, f'[data-testid="{testid}"]'):
                if node.is_displayed() and (text is None or text in node.text):
                    return node
            return None

        return self.until(look)

    def tap(self, testid, text=None):
        self.until(lambda _: self.find(testid, text).click() or True)

    def type(self, text):
        self.find("composer-input").send_keys(text)

    def complaints(self):
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    with webdriver.Chrome(options=options, service=Service(DRIVER)) as driver:
        yield driver


@pytest.fixture
def page(driver, server):
    server.client.reset(world="demo")
    page = Page(driver, server.page_url)
    page.open()
    yield page
    assert page.complaints() == []
    driver.execute_script("localStorage.clear(); sessionStorage.clear()")
    driver.get("about:blank")


def test_start_opens_the_bot(page, sandbox):
    page.tap("chat-1001")
    page.tap("start-button")

    assert page.find("message-text", "/start")
    assert sandbox.updates()[-1]["message"]["text"] == "/start"


def test_what_is_typed_is_said_and_the_answer_appears(page, bot, sandbox):
    sandbox.start(1001)
    page.tap("chat-1001")
    page.type("hola" + Keys.ENTER)
    page.find("message-text", "hola")

    bot("sendMessage", chat_id=1001, text="<b>buenas</b> <tg-spoiler>noches</tg-spoiler>", parse_mode="HTML")

    assert page.find("entity-bold").text == "buenas"
    page.tap("spoiler")
    page.until(lambda _: page.find("spoiler").get_attribute("aria-expanded") == "true")


def answer_press(bot, sandbox, **answer):
    while not (queries := [update for update in bot("getUpdates", timeout=5) if "callback_query" in update]):
        pass
    bot("answerCallbackQuery", callback_query_id=queries[-1]["callback_query"]["id"], **answer)


def test_a_pressed_button_shows_a_toast_or_an_alert(page, bot, sandbox):
    sandbox.start(1001)
    bot("sendMessage", chat_id=1001, text="carta", reply_markup=MARKUP)
    page.tap("chat-1001")

    page.tap("inline-button", "Abrir")
    answer_press(bot, sandbox, text="abierta")
    assert page.find("toast", "abierta")

    bot("getUpdates", offset=-1)
    page.tap("inline-button", "Abrir")
    answer_press(bot, sandbox, text="¡cuidado!", show_alert=True)
    assert page.find("alert-text").text == "¡cuidado!"
    page.tap("alert-ok")


def test_reactions_are_counted_live(page, sandbox):
    said = sandbox.say(1002, GROUP, "¿alguien?")
    page.tap(f"chat-{GROUP}")
    page.find("message-text", "¿alguien?").click()
    page.tap("react-button")
    page.tap("pick-reaction", "❤️")
    page.find("reaction", "1")

    sandbox.react(1003, GROUP, said["message_id"], "❤")

    assert page.find("reaction", "2")


def test_two_tabs_are_two_people_and_update_live(page, driver):
    page.tap(f"chat-{GROUP}")
    first = driver.current_window_handle
    driver.switch_to.new_window("tab")
    driver.get(f"{page.url}?user=1002&chat={GROUP}")
    page.type("¿me lees?" + Keys.ENTER)
    page.find("message-text", "¿me lees?")
    driver.close()
    driver.switch_to.window(first)

    assert page.find("message-text", "¿me lees?")
    assert page.find("author").text == "Luis"


def test_readers_cannot_post_but_comment(page, sandbox):
    sandbox.post(CHANNEL, "noticia")
    page.tap(f"chat-{CHANNEL}")
    assert page.find("read-only")

    page.tap("comments")
    page.type("¡qué bien!" + Keys.ENTER)
    page.find("message-text", "¡qué bien!")
    page.tap(f"chat-{CHANNEL}")

    assert page.find("comments", "1 comentario")


def test_another_person_sees_the_same_world(page, sandbox):
    page.tap("user-switcher")
    page.tap("user-1000")
    page.until(lambda _: page.find("current-user").text == "Diana")
    page.tap(f"chat-{CHANNEL}")
    page.type("un susurro" + Keys.ENTER)

    assert page.find("message-text", "un susurro")
    assert sandbox.updates()[-1]["message"]["is_automatic_forward"] is True


def test_the_slash_menu_lists_the_commands_of_the_reader(page, bot, sandbox):
    sandbox.start(1001)
    bot("setMyCommands", commands=[{"command": "historia", "description": "La historia"}], language_code="es")
    page.tap("chat-1001")

    page.type("/his")
    page.tap("command-historia")

    assert page.find("message-text", "/historia")


def test_the_bot_can_be_blocked_and_unblocked(page, sandbox):
    sandbox.start(1001)
    page.tap("chat-1001")

    page.tap("block-button", "Bloquear")
    page.tap("unblock-button")

    assert page.find("composer-input")
    statuses = [u["my_chat_member"]["new_chat_member"]["status"] for u in sandbox.updates() if "my_chat_member" in u]
    assert statuses[-2:] == ["kicked", "member"]


def test_refusals_are_red_in_the_pane(page, bot):
    page.tap("pane-toggle")

    bot.post("sendPoll", b"{}", "application/json")

    assert page.find("call-refused", "the sandbox does not model sendPoll")
    assert page.find("refused-count").text == "1"


def test_the_page_speaks_english_too_and_changes_its_theme(page):
    page.tap("language-switch")
    page.tap("theme-switch")

    assert page.find("clock-day").text == "+1 day"
    assert page.find("no-chat").text == "Choose a chat to start"


def test_a_deep_link_in_a_button_opens_the_bot_with_its_payload(page, bot, sandbox):
    link = {"inline_keyboard": [[{"text": "Leer", "url": "https://t.me/LucienDemoBot?start=cap3"}]]}
    bot("sendMessage", chat_id=CHANNEL, text="capítulo 3", reply_markup=link)
    page.tap(f"chat-{CHANNEL}")

    page.tap("inline-button", "Leer")
    page.tap("start-button")
    page.find("message-text", "/start cap3")

    assert sandbox.updates()[-1]["message"]["text"] == "/start cap3"


def test_a_phone_shows_one_thing_at_a_time_and_never_scrolls_sideways(page, bot, sandbox):
    sandbox.start(1001)
    bot("sendMessage", chat_id=1001, text="una palabra " + "larguísima" * 30, reply_markup=MARKUP)
    metrics = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    page.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    page.tap("chat-1001")
    page.find("composer-input")
    width = page.driver.execute_script("return document.documentElement.scrollWidth")
    page.tap("back")
    page.find("chat-list")
    page.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

    assert width == 390
