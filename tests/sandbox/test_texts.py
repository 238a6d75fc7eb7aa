"""Texts: entities in UTF-16, HTML really parsed, limits counted as Telegram counts."""

import pytest

from tests.sandbox.callers import Refused
from yabot.sandbox.text.html import parse_html
from yabot.sandbox.text.utf16 import utf16_slice


def kinds(message):
    return [
        (item["type"], utf16_slice(message["text"], item["offset"], item["length"])) for item in message["entities"]
    ]


def test_commands_mentions_and_links_of_people_carry_entities(sandbox, ana):
    said = sandbox.say(ana, ana, "🎩 /cmd@LucienDemoBot x @luis_l https://example.org/a.")

    assert kinds(said) == [
        ("bot_command", "/cmd@LucienDemoBot"),
        ("mention", "@luis_l"),
        ("url", "https://example.org/a"),
    ]
    assert said["entities"][0]["offset"] == 3


def test_a_deep_link_arrives_as_start_with_its_payload(sandbox, luis):
    said = sandbox.start(luis, "cap-3_x")

    assert said["text"] == "/start cap-3_x"
    assert kinds(said) == [("bot_command", "/start")]


def test_html_becomes_entities(bot, ana):
    source = (
        '<b>Hola <i>Ana</i></b> &lt;3 <tg-spoiler>x</tg-spoiler> <a href="https://example.org/?a=1&amp;b=2">aquí</a>'
    )

    sent = bot("sendMessage", chat_id=ana, text=source, parse_mode="HTML")

    assert sent["text"] == "Hola Ana <3 x aquí"
    assert kinds(sent) == [("bold", "Hola Ana"), ("italic", "Ana"), ("spoiler", "x"), ("text_link", "aquí")]
    assert sent["entities"][-1]["url"] == "https://example.org/?a=1&b=2"


def test_code_inside_pre_names_the_language():
    text, entities = parse_html('<pre><code class="language-python">x = 1</code></pre>')

    assert text == "x = 1"
    assert entities == [{"type": "pre", "offset": 0, "length": 5, "language": "python"}]


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("<b>hola", 'Can\'t find end tag corresponding to start tag "b"'),
        ("é<div>x</div>", 'Unsupported start tag "div" at byte offset 2'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<b", 'Unclosed start tag "b" at byte offset 0'),
        ("<br/>", 'Unsupported start tag "br/" at byte offset 0'),
    ],
)
def test_broken_html_is_refused_with_its_place(bot, ana, source, problem):
    with pytest.raises(Refused) as refused:
        bot("sendMessage", chat_id=ana, text=source, parse_mode="HTML")

    assert refused.value.description == f"Bad Request: can't parse entities: {problem}"


def test_given_entities_are_kept(bot, ana):
    given = [{"type": "bold", "offset": 0, "length": 2}]

    assert bot("sendMessage", chat_id=ana, text="🎩!", entities=given)["entities"] == given


@pytest.mark.parametrize(
    "entity",
    [
        {"type": "bold", "offset": 0, "length": 99},
        {"type": "bold", "offset": 1, "length": 1},
        {"type": "shiny", "offset": 0, "length": 2},
        {"type": "text_link", "offset": 0, "length": 2},
    ],
)
def test_impossible_entities_are_refused(bot, ana, entity):
    with pytest.raises(Refused, match="400"):
        bot("sendMessage", chat_id=ana, text="🎩!", entities=[entity])


def test_text_around_is_trimmed_and_entities_move_along(bot, ana):
    sent = bot("sendMessage", chat_id=ana, text="\n <b>hola</b>  ", parse_mode="HTML")

    assert (sent["text"], sent["entities"]) == ("hola", [{"type": "bold", "offset": 0, "length": 4}])


def test_the_limit_counts_what_is_visible(bot, ana):
    sent = bot("sendMessage", chat_id=ana, text=f"<b>{'a' * 4096}</b>", parse_mode="HTML")

    assert len(sent["text"]) == 4096


@pytest.mark.parametrize(
    ("text", "problem"), [("a" * 4097, "message is too long"), ("", "message text is empty"), (" \n", "text is empty")]
)
def test_a_text_has_1_to_4096_characters(bot, ana, text, problem):
    with pytest.raises(Refused, match=problem):
        bot("sendMessage", chat_id=ana, text=text)


def test_markdown_is_not_modelled(bot, ana):
    with pytest.raises(Refused, match="501 the sandbox does not model parse_mode MarkdownV2"):
        bot("sendMessage", chat_id=ana, text="*x*", parse_mode="MarkdownV2")


def test_a_moment_needs_its_time(bot, ana):
    moment = {"type": "date_time", "offset": 0, "length": 4}

    with pytest.raises(Refused, match='find field "unix_time"'):
        bot("sendMessage", chat_id=ana, text="hoy!", entities=[moment])
    sent = bot("sendMessage", chat_id=ana, text="hoy!", entities=[{**moment, "unix_time": 0}])
    assert sent["entities"] == [{**moment, "unix_time": 0}]
