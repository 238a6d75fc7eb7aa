"""Commands of other tools that an import left in a text are found, whatever tool it was; ordinary words are none."""

from dataclasses import replace

import pytest

from narrative.linting import World, lint
from narrative.story.content import ALWAYS, Variant
from narrative.story.macros import left_in, macros
from tests.narrative.files import growth, only
from tests.narrative.stories import choice, ending, fragment, story, words


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("<<set $x to 1>>Hola<<if $x > 2>>sí<</if>>", 3),  # SugarCube
        ("(set: $x to (random: 1, 6))(else:)[no] (LINK-GOTO: 'a')", 4),  # Harlowe
        ("<% if (s.x) { %>Hola<%= s.name %><% } %>", 3),  # Snowman
        ("x: 1\ny (x > 2): 3\n--\n[if x]\nHola {x}\n[else]\n{embed passage: 'b'}\n[continue]", 6),  # Chapbook
        ("Tienes $gold monedas", 1),
        ("* {x} [Salir]", 1),  # Ink
        ("<script>alert(1)</script>", 1),
        ("Cuesta $5, {nombre} (si quieres: no). [Nota] a << b >> c: [algo más]", 1),
        ("Hola (if you like) y 2 < 3 > 1. Título: uno\n--", 0),
    ],
)
def test_the_commands_in_a_text_are_counted(text: str, count: int) -> None:
    assert len(macros(text)) == count


def test_what_is_found_is_what_a_reader_sees() -> None:
    assert left_in("&lt;&lt;set $x to 1&gt;&gt; <b>Hola</b>") == ["<<set $x to 1>>"]


@pytest.mark.parametrize("part", ["(if:", "<<a ", "<% ", "<<", "{a", "[if x", "a: 1\n", "$a", "<script ", "* "])
def test_a_long_text_is_searched_in_the_time_its_length_takes(part: str) -> None:
    assert growth(lambda n: (part * n).encode(), lambda data: macros(data.decode()), 20_000) < 9


def test_the_linter_finds_them_in_every_language_and_variant() -> None:
    made = only(":: a\n<<set $x to 1>>Hola\n[[b]]\n\n:: b\nFin").story
    assert [one.fragment for one in lint(made, World()).findings if one.code == "NAR217"] == ["a"]
    english = replace(fragment("a", choice("b")), text=words("Hola", en="Hello &lt;%= x %&gt;"))
    variant = fragment("a", choice("b"), variants=(Variant(ALWAYS, words("[[if x]]\n[else]")),))
    for one in (english, variant):
        found = lint(story(one, ending("b")), World()).findings
        assert "NAR217" in [each.code for each in found]
