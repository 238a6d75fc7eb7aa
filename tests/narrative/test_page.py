"""A page as it is read: what is too long is cut, what is formatted stays so, and nothing of the end is lost."""

from dataclasses import replace

import pytest

from narrative.story import engine
from narrative.story.content import Fragment, Media
from narrative.story.page import Beholder, Page, draw
from tests.narrative.stories import choice, ending, fragment, story, words
from yabot.core.conditions import Condition, Facts


def seen(part: Fragment, beholder: Beholder = Beholder()) -> Page:
    told = story(part, ending("fin"))
    return draw(told, engine.look(told, engine.begin(told).state, Facts()), beholder)


@pytest.mark.parametrize(("media", "limit"), [(None, 4096), (Media("a.jpg"), 1024)])
def test_a_text_that_a_long_name_makes_too_long_keeps_its_formatting(media: Media | None, limit: int) -> None:
    text = f"<b>{'a ' * ((limit - 16) // 2)}</b>{{nombre}}"
    page = seen(fragment("a", choice("fin"), text=text, media=media), Beholder(name="Ñ" * 64))
    assert page.text.length == limit
    assert "<" not in page.text.text
    assert [entity.type for entity in page.text.entities] == ["bold"]


def test_what_is_said_of_an_ending_is_never_cut() -> None:
    page = seen(ending("a", "La calle", text="<i>" + "a" * 5_000 + "</i>"), Beholder(endings=(1, 3)))
    assert page.text.length == 4096
    assert page.text.text.endswith("a\n\n🏁 Final: La calle\nHas encontrado 1 de 3 finales.")


def test_a_text_that_is_broken_is_shown_as_it_was_written() -> None:
    assert seen(fragment("a", choice("fin"), text="<b>Hola")).text.text == "<b>Hola"


@pytest.mark.parametrize("condition", ["", "flag luz"])
@pytest.mark.parametrize("price", [0, 1, 1_000_000])
def test_a_label_has_room_for_all_that_lock_and_price_leave(price: int, condition: str) -> None:
    way = choice("fin", label="a" * 60, price=price, condition=Condition.from_text(condition))
    (line,) = seen(fragment("a", way)).lines
    assert len(line.label) == 60 or not (price or condition)
    assert line.label.startswith("🔒 a") == bool(condition or price)
    assert line.label.endswith(f"a… · {price} 💋" if price else "a…" if condition else "a")


@pytest.mark.parametrize(("language", "line"), [("es", "🖼 Una casa"), ("en", "🖼 A house")])
def test_what_a_picture_shows_is_the_first_line_for_whoever_wants_it(language: str, line: str) -> None:
    part = fragment("a", choice("b"), text="Hola", media=Media("casa.jpg", alt=words("Una casa", en="A house")))
    assert seen(part, Beholder(language, describes=True)).text.text == f"{line}\n\nHola"
    assert seen(part, Beholder(language)).text.text == "Hola"
    assert seen(fragment("a", choice("b"), text="Hola"), Beholder(language, describes=True)).text.text == "Hola"


@pytest.mark.parametrize(("length", "shown"), [(500, 1024), (1000, 1024), (1005, 1005), (1024, 1024)])
def test_a_long_description_takes_no_letter_from_the_story(length: int, shown: int) -> None:
    part = fragment("a", choice("b"), text="x" * length, media=Media("casa.jpg", alt=words("💋" * 500)))
    text = seen(part, Beholder(describes=True)).text
    assert shown - 1 <= text.length <= shown
    assert text.text.count("x") == length
    assert text.text.startswith("🖼 💋") is (length <= 1004)


@pytest.mark.parametrize(
    ("here", "said", "in_english"),
    [
        ("a", "Quedan de 1 a 2 decisiones.", "1 to 2 decisions are left."),
        ("b", "Queda una decisión.", "One decision is left."),
        ("c", "Quedan 2 decisiones.", "2 decisions are left."),
        ("d", "Quedan 3 decisiones, o más.", "3 decisions are left, or more."),
        ("e", "Queda una decisión, o más.", "One decision is left, or more."),
        ("f", "", ""),
    ],
)
def test_a_story_that_wants_to_tells_how_long_is_left(here: str, said: str, in_english: str) -> None:
    parts = (
        fragment("a", choice("b", key="ab"), choice("fin", key="af")),
        fragment("b", choice("fin", key="bf")),
        fragment("c", choice("b", key="cb")),
        fragment("d", choice("c", key="dc"), choice("d", key="dd")),
        fragment("e", choice("fin", key="ef"), choice("d", key="ed")),
        fragment("f", choice("f", key="ff")),
        ending("fin"),
    )
    for language, sentence in (("es", said), ("en", in_english)):
        for tells in (True, False):
            told = story(*parts, tells_left=tells)
            at = engine.look(told, replace(engine.begin(told).state, fragment=here), Facts())
            end = f"\n\n⏳ {sentence}" if sentence and tells else ""
            assert draw(told, at, Beholder(language)).text.text == f"Estás en {here}.{end}"
