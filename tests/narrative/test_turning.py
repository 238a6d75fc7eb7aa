"""The page that stays behind: its text as it was, and the words of the choice."""

import pytest
from telegram import CallbackQuery

from narrative.bot import turning
from yabot.core.telegram import markup
from yabot.core.telegram.limits import TEXT
from yabot.core.telegram.richtext import RichText

LONGEST = "a" * TEXT
PAGE = markup.parse(
    "<b>La <i>casa</i></b> <u>vieja</u> <s>no</s> <tg-spoiler>sí</tg-spoiler> <code>x</code> <pre>y</pre>"
    '<pre><code class="language-python">z</code></pre> <a href="https://example.org/">aquí</a>'
    ' <a href="tg://user?id=7">Ana</a> <tg-emoji emoji-id="5368324170671202286">👍</tg-emoji>'
    ' <tg-time unix="1790000000" format="wDT">el lunes</tg-time> <tg-time unix="1790000000">ayer</tg-time>'
    "<blockquote>cita</blockquote><blockquote expandable>larga</blockquote>"
)


def pressed(text: RichText, field: str = "text") -> CallbackQuery:
    """A press of a button below this text, as Telegram tells of it."""
    sent = text.to_api("caption" if field == "caption" else "text")
    for entity in sent.get("entities", sent.get("caption_entities", [])):
        if entity.get("url", "").startswith("tg://user"):
            entity.update(type="text_mention", user={"id": 7, "is_bot": False, "first_name": "Ana"})
            del entity["url"]
    message = {"message_id": 1, "date": 1790000000, "chat": {"id": 7, "type": "private"}, **sent}
    person = {"id": 7, "is_bot": False, "first_name": "Ana"}
    query = CallbackQuery.de_json(
        {"id": "1", "from": person, "chat_instance": "1", "data": "x", "message": message}, None
    )
    assert query is not None
    return query


@pytest.mark.parametrize("field", ["text", "caption"])
def test_the_page_that_stays_keeps_every_kind_of_formatting(field: str) -> None:
    left = turning.left_of(pressed(PAGE, field), "Seguir")

    assert left is not None
    assert len({entity.type for entity in PAGE.entities}) >= 12
    assert left.text == PAGE.trimmed() + RichText.plain("\n\n› Seguir")


def test_a_page_without_room_stays_without_the_words_of_the_choice() -> None:
    left = turning.left_of(pressed(RichText(LONGEST)), "Seguir")

    assert left is not None
    assert left.text.text == LONGEST


def test_nothing_is_left_of_a_menu_nor_of_a_file_without_words() -> None:
    assert turning.left_of(pressed(PAGE), "") is None
    assert turning.left_of(pressed(RichText("")), "Seguir") is None
    assert turning.left_of(None, "Seguir") is None
