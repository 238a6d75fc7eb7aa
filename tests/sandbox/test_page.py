"""The chat page in a real browser: what a newcomer sees and taps."""

import pytest
from selenium.webdriver.common.keys import Keys

from tests.screen import Screen, opened_browser

GROUP, CHANNEL = -1001000000001, -1001000000002
MARKUP = {"inline_keyboard": [[{"text": "Abrir", "callback_data": "open"}]]}

pytestmark = pytest.mark.browser


class Page(Screen):
    """The chat page, addressed by ``data-testid``."""

    def arrive(self):
        self.open("?user=1001")
        self.wait(lambda _: self.browser.execute_script("return document.documentElement.dataset.ready"))

    def find(self, testid, text=""):
        """What the last visible one with ``text`` reads."""
        return self.read(f'[data-testid="{testid}"]', text)

    def tap(self, testid, text=""):
        self.press(f'[data-testid="{testid}"]', text)

    def say(self, *keys):
        self.type('[data-testid="composer-input"]', *keys)


@pytest.fixture(scope="module")
def browser():
    with opened_browser() as browser:
        yield browser


@pytest.fixture
def page(browser, server):
    server.client.reset(world="demo")
    page = Page(browser, server.page_url)
    page.arrive()
    yield page
    assert page.complaints() == []
    browser.execute_script("localStorage.clear(); sessionStorage.clear()")
    browser.get("about:blank")


def test_start_opens_the_bot(page, sandbox):
    page.tap("chat-1001")
    page.tap("start-button")

    page.find("message-text", "/start")
    assert sandbox.updates()[-1]["message"]["text"] == "/start"


def test_what_is_typed_is_said_and_the_answer_appears(page, bot, sandbox):
    sandbox.start(1001)
    page.tap("chat-1001")
    page.say("hola", Keys.ENTER)
    page.find("message-text", "hola")

    bot("sendMessage", chat_id=1001, text="<b>buenas</b> <tg-spoiler>noches</tg-spoiler>", parse_mode="HTML")

    assert page.find("entity-bold") == "buenas"
    page.tap("spoiler")
    page.wait(lambda _: page.of("[data-testid=spoiler]", lambda one: one.get_attribute("aria-expanded")) == "true")


def answer_press(bot, sandbox, **answer):
    while not (queries := [update for update in bot("getUpdates", timeout=5) if "callback_query" in update]):
        pass
    bot("answerCallbackQuery", callback_query_id=queries[-1]["callback_query"]["id"], **answer)


def test_a_pressed_button_shows_a_toast_or_an_alert(page, bot, sandbox):
    sandbox.start(1001)
    bot("sendMessage", chat_id=1001, text="carta", reply_markup=MARKUP)
    page.tap("chat-1001")
    page.keep_toasts()

    page.tap("inline-button", "Abrir")
    answer_press(bot, sandbox, text="abierta")
    page.find("toast", "abierta")

    bot("getUpdates", offset=sandbox.pending()[-1]["update_id"] + 1)
    page.tap("inline-button", "Abrir")
    answer_press(bot, sandbox, text="¡cuidado!", show_alert=True)
    assert page.find("alert-text") == "¡cuidado!"
    page.tap("alert-ok")


def test_reactions_are_counted_live(page, sandbox):
    said = sandbox.say(1002, GROUP, "¿alguien?")
    page.tap(f"chat-{GROUP}")
    page.tap("message-text", "¿alguien?")
    page.tap("react-button")
    page.tap("pick-reaction", "❤️")
    page.find("reaction", "1")

    sandbox.react(1003, GROUP, said["message_id"], "❤")

    page.find("reaction", "2")


def test_two_tabs_are_two_people_and_update_live(page, browser):
    page.tap(f"chat-{GROUP}")
    first = browser.current_window_handle
    browser.switch_to.new_window("tab")
    page.open(f"?user=1002&chat={GROUP}")
    page.say("¿me lees?", Keys.ENTER)
    page.find("message-text", "¿me lees?")
    browser.close()
    browser.switch_to.window(first)

    page.find("message-text", "¿me lees?")
    assert page.find("author") == "Luis"


def test_a_post_that_is_seen_changes_its_number_and_keeps_every_button_in_its_place(page, sandbox):
    post = sandbox.post(CHANNEL, "noticia")["message_id"]
    page.tap(f"chat-{CHANNEL}")
    page.find("comments")
    page.find("views", "2")  # who posted it, and who looks
    page.browser.execute_script("window.kept = document.querySelector('[data-testid=comments]')")

    sandbox.call("view", user_id=1003, chat_id=CHANNEL, message_ids=[post])

    page.find("views", "3")
    assert page.browser.execute_script("return window.kept === document.querySelector('[data-testid=comments]')")


def test_readers_cannot_post_but_comment(page, sandbox):
    sandbox.post(CHANNEL, "noticia")
    page.tap(f"chat-{CHANNEL}")
    page.find("read-only")

    page.tap("comments")
    page.say("¡qué bien!", Keys.ENTER)
    page.find("message-text", "¡qué bien!")
    page.tap(f"chat-{CHANNEL}")

    page.find("comments", "1 comentario")


def test_another_person_sees_the_same_world(page, sandbox):
    page.tap("user-switcher")
    page.tap("user-1000")
    page.find("current-user", "Diana")
    page.tap(f"chat-{CHANNEL}")
    page.say("un susurro", Keys.ENTER)

    page.find("message-text", "un susurro")
    assert sandbox.updates()[-1]["message"]["is_automatic_forward"] is True


def test_the_slash_menu_lists_the_commands_of_the_reader(page, bot, sandbox):
    sandbox.start(1001)
    bot("setMyCommands", commands=[{"command": "historia", "description": "La historia"}], language_code="es")
    page.tap("chat-1001")

    page.say("/his")
    page.tap("command-historia")

    page.find("message-text", "/historia")


def test_commands_named_while_somebody_types_are_offered_at_once(page, bot, sandbox):
    sandbox.start(1001)
    page.tap("chat-1001")
    page.say("/his")
    assert page.browser.find_elements("css selector", "[data-testid=commands-button]:not([hidden])") == []

    bot("setMyCommands", commands=[{"command": "historia", "description": "La historia"}], language_code="es")

    page.find("command-historia")
    page.read("[data-testid=commands-button]")
    assert page.value("[data-testid=composer-input]") == "/his"


def test_the_bot_can_be_blocked_and_unblocked(page, sandbox):
    sandbox.start(1001)
    page.tap("chat-1001")

    page.tap("block-button", "Bloquear")
    page.tap("unblock-button")

    page.value('[data-testid="composer-input"]')
    statuses = [u["my_chat_member"]["new_chat_member"]["status"] for u in sandbox.updates() if "my_chat_member" in u]
    assert statuses[-2:] == ["kicked", "member"]


def test_refusals_are_red_in_the_pane(page, bot):
    page.tap("pane-toggle")

    bot.post("sendPoll", b"{}", "application/json")

    page.find("call-refused", "the sandbox does not model sendPoll")
    assert page.find("refused-count") == "1"


def test_the_page_speaks_english_too_and_changes_its_theme(page):
    page.tap("language-switch")
    page.tap("theme-switch")

    assert page.find("clock-day") == "+1 day"
    assert page.find("no-chat") == "Choose a chat to start"


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
    page.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    page.tap("chat-1001")
    page.find("composer-input")
    width = page.browser.execute_script("return document.documentElement.scrollWidth")
    page.tap("back")
    page.find("chat-list")
    page.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

    assert width == 390
