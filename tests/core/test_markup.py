import importlib.util
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.utils.html import escape as django_escape
from hypothesis import example, given
from hypothesis import strategies as st

from yabot.core.telegram.markup import Entity, MarkupError, RichText, check, escape, parse
from yabot.core.telegram.names import clean_text, utf16_len
from yabot.core.telegram.preview import to_preview_html

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))
TAGS = ["b", "i", "u", "s", "code", "pre", "blockquote", "tg-spoiler"]
PIECES = [
    "x",
    "😀",
    " ",
    "\n",
    "&lt;",
    "&amp;",
    "<",
    ">",
    "&",
    '<a href="https://e.org/">',
    "</a>",
    "<blockquote expandable>",
]
SOUP = st.lists(st.sampled_from([*PIECES, *(f"<{t}>" for t in TAGS), *(f"</{t}>" for t in TAGS)]), max_size=30).map(
    "".join
)
SCHEMA = Path(__file__).parents[3] / "shared" / "botapi"
EVERY_TAG = (
    "<b>a</b><strong>a</strong><i>b</i><em>b</em><u>c</u><ins>c</ins><s>d</s><strike>d</strike><del>d</del>"
    '<tg-spoiler>e</tg-spoiler><span class="tg-spoiler">e</span><a href="https://e.org/?a=1&amp;b=2">f</a><code>g</code>'
    '<pre>h</pre><pre><code class="language-python">i</code></pre><blockquote>j</blockquote>'
    '<blockquote expandable>k</blockquote><tg-emoji emoji-id="5368324170671202286">👍</tg-emoji>'
    '<tg-time unix="1647531900" format="wDT">hoy</tg-time>'
)


def entities_of(html: str) -> list[tuple[str, int, int]]:
    return [(entity.type, entity.offset, entity.length) for entity in parse(html).entities]


def codes_of(html: str) -> list[str]:
    return [problem.code for problem in check(html)]


def test_every_tag_of_telegram_is_read():
    rich = parse(EVERY_TAG)

    assert rich.text == "aabbccdddeefghijk👍hoy"
    assert {entity.type for entity in rich.entities} == {
        *("bold", "italic", "underline", "strikethrough", "spoiler", "text_link", "code", "pre"),
        *("blockquote", "expandable_blockquote", "custom_emoji", "date_time"),
    }


def test_what_a_tag_says_more_goes_into_its_entity():
    said = {entity.type: entity for entity in parse(EVERY_TAG).entities}

    assert said["text_link"].url == "https://e.org/?a=1&b=2"
    assert said["pre"].language == "python"
    assert said["custom_emoji"].custom_emoji_id == "5368324170671202286"
    assert (said["date_time"].unix_time, said["date_time"].date_time_format) == (1647531900, "wDT")


def test_offsets_count_utf_16_units():
    assert entities_of("😀<b>😀a</b>😀<i>b</i>") == [("bold", 2, 3), ("italic", 7, 1)]


def test_the_outer_entity_comes_first():
    assert entities_of("<b><i>a</i>b</b>") == [("bold", 0, 2), ("italic", 0, 1)]


def test_a_style_inside_the_same_style_says_nothing_more():
    assert entities_of("<b>a<strong>b</strong></b>") == [("bold", 0, 2)]


@pytest.mark.parametrize("html", ["<b></b>a", "a<b> \n</b>", "<i><b>  </b></i>", "<b>&#32;</b>a"])
def test_an_entity_around_blanks_only_is_left_out(html: str):
    assert entities_of(html) == []


def test_a_lone_ampersand_and_a_greater_than_sign_are_characters():
    assert parse("R&B -> Tom & Jerry &amp;amp; &#39;&#x1F600;").text == "R&B -> Tom & Jerry &amp; '😀"


def test_line_ends_of_a_form_become_new_lines():
    assert parse("a\r\nb\rc\nd").text == "a\nb\nc\nd"


@pytest.mark.parametrize(
    ("html", "codes"),
    [
        ("<p>x</p>", ["unknown_tag", "unknown_tag"]),
        ("a<br/>b", ["unknown_tag"]),
        ("<!-- x -->", ["unknown_tag"]),
        ("<script>x</script>", ["unknown_tag", "unknown_tag"]),
        ("a < b", ["lone_less_than"]),
        ("<b", ["lone_less_than"]),
        ("<b <i>x</i>", ["lone_less_than"]),
        ('<b onclick="x()">x</b>', ["bad_attribute"]),
        ('<b style="x"/>', ["bad_attribute"]),
        ("<a>x</a>", ["missing_attribute"]),
        ('<a href="javascript:alert(1)">x</a>', ["bad_link"]),
        ('<a href=" https://e.org">x</a>', ["bad_link"]),
        ('<a href="java&#115;cript:x">x</a>', ["bad_link"]),
        ('<a href="//e.org">x</a>', ["bad_link"]),
        ('<a href="https://">x</a>', ["bad_link"]),
        ('<a href="data:text/html,x">x</a>', ["bad_link"]),
        ('<a href="https://e.org" href="https://f.org">x</a>', ["bad_attribute"]),
        ('<span class="red">x</span>', ["bad_attribute"]),
        ("<span>x</span>", ["missing_attribute"]),
        ('<code class="language-x">y</code>', ["bad_attribute"]),
        ('<pre>a<code class="language-x">y</code></pre>', ["code_not_alone"]),
        ('<pre><code class="language-x">y</code>b</pre>', ["code_not_alone"]),
        ("<b><i>x</b></i>", ["crossing"]),
        ("<b>x", ["never_closed"]),
        ("x</b>", ["never_opened"]),
        ("<blockquote><blockquote>x</blockquote></blockquote>", ["bad_nesting"]),
        ("<code><b>x</b></code>", ["bad_nesting"]),
        ("<b><code>x</code></b>", ["bad_nesting"]),
        ('<a href="https://e.org"><a href="https://e.org">x</a></a>', ["bad_nesting"]),
        ('<tg-emoji emoji-id="1">ab</tg-emoji>', ["bad_emoji"]),
        ('<tg-emoji emoji-id="x">😀</tg-emoji>', ["bad_attribute"]),
        ('<tg-time unix="soon">x</tg-time>', ["bad_attribute"]),
        ('<tg-time unix="1" format="rr">x</tg-time>', ["bad_attribute"]),
        ("&nbsp;", ["unknown_reference"]),
        ("&#0; &#xD800; &#x110000; &#8238;", ["unknown_reference"] * 4),
        ("<b>" * 99 + "x" + "</b>" * 99, ["too_deep"] * 20),
    ],
)
def test_what_telegram_would_not_take_is_named(html: str, codes: list[str]):
    assert codes_of(html) == codes


def test_a_problem_says_where_it_is_in_both_languages():
    [problem] = check("Hola\r\n<b>😀</b> <p>x")

    assert (problem.line, problem.column) == (2, 10)
    assert problem.message("es") == "Telegram no conoce la etiqueta <p>."
    assert problem.message("en") == "Telegram does not know the tag <p>."


def test_a_refusal_carries_every_problem_and_a_sentence():
    with pytest.raises(MarkupError) as refusal:
        parse("<p>x <b>y")

    assert refusal.value.code == "TXT001"
    assert len(refusal.value.problems) == 2
    assert refusal.value.sentence("es").startswith("Línea 1, columna 1: ")


@pytest.mark.parametrize(("html", "limit"), [("x" * 4097, 4096), ("😀" * 513, 1024), ("&lt;" * 11, 10)])
def test_a_text_over_the_limit_is_refused(html: str, limit: int):
    assert [problem.code for problem in check(html, limit)] == ["too_long"]


def test_the_limit_counts_what_is_shown():
    assert check('<a href="https://e.org/long">' + "😀" * 512 + "</a>", 1024) == []


def test_more_than_a_hundred_entities_are_refused():
    assert check("<b>x</b>y" * 100) == []
    assert codes_of("<b>x</b>y" * 101) == ["too_many_entities"]


@pytest.mark.parametrize(
    "html", ["<" * 60_000, '<"' * 30_000, "<b>" * 20_000, "&a" * 30_000, "x" * 10**6, "<a " + " " * 60_000]
)
def test_hostile_sources_are_judged_in_no_time(html: str):
    assert 1 <= len(check(html)) <= 20


@given(ANY_TEXT)
@example("<b>&amp;</b> & < > \" ' &lt;")
def test_any_text_comes_back_from_its_escaped_form(text: str):
    assert parse(escape(text), limit=10**6) == RichText(clean_text(text))


@given(ANY_TEXT)
def test_any_text_comes_back_from_a_django_template(text: str):
    assert parse(django_escape(text), limit=10**6) == RichText(clean_text(text))


@given(SOUP | st.text())
def test_any_source_gives_problems_or_entities_that_fit(html: str):
    try:
        rich = parse(html)
    except MarkupError as refusal:
        assert refusal.problems
        return
    places = [(entity.offset, -entity.length) for entity in rich.entities]
    assert places == sorted(places)
    assert all(e.offset >= 0 and e.length > 0 and e.end <= utf16_len(rich.text) for e in rich.entities)


def test_pieces_are_added_with_their_entities():
    both = parse("😀 <b>a</b>") + RichText.plain(" <b> ") + parse("<i>b</i>")

    assert both.text == "😀 a <b> b"
    assert [(e.type, e.offset, e.length) for e in both.entities] == [("bold", 3, 1), ("italic", 9, 1)]


def test_a_cut_leaves_no_entity_half():
    cut = parse('<b>ab😀</b><i>c</i><tg-emoji emoji-id="1">👍</tg-emoji>').cut(3)

    assert cut == RichText("ab", (Entity("bold", 0, 2),))
    assert parse('a<tg-emoji emoji-id="1">👍🏽</tg-emoji>').cut(3) == RichText("a👍")


def test_the_blanks_that_telegram_takes_away_are_not_sent():
    sent = parse(" \n<b> a</b> <i>b </i> ").to_api()

    assert sent["text"] == "a b"
    assert [(e["offset"], e["length"]) for e in sent["entities"]] == [(0, 1), (2, 1)]


def test_a_caption_has_its_own_names():
    assert parse("<b>a</b>").to_api("caption") == {
        "caption": "a",
        "caption_entities": [{"type": "bold", "offset": 0, "length": 1}],
    }


@pytest.mark.skipif(not SCHEMA.exists(), reason="the Bot API schema is not beside the repository")
def test_the_bot_api_takes_what_is_sent():
    spec = importlib.util.spec_from_file_location("check_calls", SCHEMA / "check_calls.py")
    assert spec and spec.loader
    check_calls = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(check_calls)
    rich = parse(EVERY_TAG)
    calls = [
        {"method": "sendMessage", "params": {"chat_id": 1, **rich.to_api()}},
        {"method": "sendPhoto", "params": {"chat_id": 1, "photo": "id", **rich.to_api("caption")}},
    ]

    assert check_calls.check_file(check_calls.Schema(SCHEMA / "botapi.json"), calls, strict_json=True) == (2, [])


class Drawn(HTMLParser):
    """What a browser would make of a preview."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.tags, self.stack = "", [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))
        self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_preview_draws_every_entity():
    drawn = Drawn(to_preview_html(parse(EVERY_TAG)))

    assert drawn.text == parse(EVERY_TAG).text
    assert drawn.stack == []
    assert ("span", {"class": "tg-spoiler"}) in drawn.tags
    assert next(a for tag, a in drawn.tags if tag == "a")["rel"] == "noopener noreferrer nofollow"
    assert next(a for tag, a in drawn.tags if tag == "time")["datetime"] == "2022-03-17T15:45:00Z"


@given(SOUP)
def test_the_preview_shows_the_text_that_is_sent(html: str):
    if not check(html):
        rich = parse(html)
        assert Drawn(to_preview_html(rich)).text == rich.to_api()["text"]


TYPES = st.sampled_from(["bold", "text_link", "pre", "custom_emoji", "date_time", "spoiler", "mention", "<x>"])
ENTITIES = st.builds(
    Entity,
    TYPES,
    st.integers(-2, 12),
    st.integers(-2, 12),
    *[st.text() | st.just('"><script>')] * 3,
    st.integers(),
    st.text(),
)


@given(st.text(st.sampled_from("<>&\"'ab😀 ")) | ANY_TEXT, st.lists(ENTITIES, max_size=6))
def test_no_text_and_no_entity_reaches_the_page_unescaped(text: str, entities: list[Entity]):
    html = to_preview_html(RichText(text, tuple(entities)))

    left = re.sub(r'</?(?:b|i|u|s|span|a|pre|code|blockquote|time)(?: [a-z-]+="[^"<>]*")*>', "", html)
    assert not {"<", ">"} & set(left)
    assert "javascript:" not in html
