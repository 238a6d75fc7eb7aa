"""A newcomer's first five minutes: ❤ in the chat page, Lucien's letter, and the chain in the back office."""

import pytest

from tests.flows.story import put_hearts_under_posts, write_story
from tests.screen import Screen
from yabot.core.models import OutgoingMessage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


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
    browser, telegram, channel, editor
):
    ana, chat = channel
    page = Screen(browser, telegram.page_url)
    page.open(f"?user={ana}&chat={chat}")
    page.keep_toasts()
    page.press("[data-testid=inline-button]", "❤")
    page.reads("[data-testid=toasts]", "Gracias")
    page.press(f"[data-testid=chat-{ana}]")
    letter = page.read("[data-testid=message-text]", "se abre «Pista 1»")
    assert "Buenas noches, Ana: ya tienes 5 besitos" in letter
    assert page.complaints() == []

    editor.log_in()
    message = OutgoingMessage.objects.get(key=f"hint:pista-1:{ana}")
    editor.open(f"/admin/core/eventrecord/chain/{message.correlation_id}/")
    for part in ("Se pulsó un botón", "Reacción nueva", "Ganó besitos", "se abre «Pista 1»"):
        editor.sees(part)
    assert editor.complaints() == []
