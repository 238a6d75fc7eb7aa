import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yabot.core.phrases import Kind, Phrase, PhraseError, Placeholder, compile_phrase, literal
from yabot.core.telegram.markup import Entity, RichText
from yabot.core.telegram.names import clean_text, utf16_len

ALLOWED = {
    placeholder.name: placeholder
    for placeholder in (
        Placeholder("name", "Cómo se llama", "What they are called", "Ana", Kind.NAME),
        Placeholder("besitos", "Cuántos besitos tiene", "How many besitos they have", 12, Kind.NUMBER),
        Placeholder("item", "Qué lleva", "What they carry", "la llave"),
        Placeholder("vip", "Si es VIP", "Whether they are VIP", True, Kind.FLAG),
    )
}
ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))


def compiled(source: str, limit: int = 4096) -> Phrase:
    return compile_phrase(source, ALLOWED, limit)


def shown(source: str, **values: str | int | bool) -> str:
    return compiled(source).render(values).text


def problems_of(source: str, limit: int = 4096) -> list[tuple[int, int, str]]:
    with pytest.raises(PhraseError) as refusal:
        compiled(source, limit)
    return [(problem.line, problem.column, problem.code) for problem in refusal.value.problems]


def test_values_go_where_their_names_are():
    assert shown("{name}: {besitos}, { name }", name="Ana", besitos=3) == "Ana: 3, Ana"


def test_an_entity_around_a_value_grows_with_it_and_those_after_it_move():
    rich = compiled("<i>a</i> <b>{name}!</b> <u>b</u>").render({"name": "😀😀"})

    assert rich.entities == (Entity("italic", 0, 1), Entity("bold", 2, 5), Entity("underline", 8, 1))


def test_an_entity_around_nothing_is_left_out():
    assert compiled("a<b>{name}</b>b").render({"name": ""}) == RichText("ab")
    assert compiled("a<b> {item} </b>b").render({"item": " "}) == RichText("a   b")


def test_a_fixed_entity_inside_one_that_grows_comes_after_it():
    rich = compiled("<b><i>a</i>{name}</b>").render({"name": "x"})

    assert rich.entities == (Entity("bold", 0, 2), Entity("italic", 0, 1))


@pytest.mark.parametrize(
    ("besitos", "text"), [(0, "no"), (5, "sí 5"), ("", "no"), (False, "no"), (True, "sí ✓"), (None, "no")]
)
def test_a_condition_asks_whether_there_is_something(besitos: object, text: str):
    assert compiled("{if besitos}sí {besitos}{else}no{end}").render({"besitos": besitos}).text == text


def test_conditions_stand_inside_conditions_and_tags_inside_both():
    source = "{if vip}<b>{if besitos}{besitos}{else}pobre{end}</b>{end}."

    assert compiled(source).render({"vip": True, "besitos": 7}) == RichText("7.", (Entity("bold", 0, 1),))
    assert compiled(source).render({"vip": True}) == RichText("pobre.", (Entity("bold", 0, 5),))
    assert compiled(source).render({}) == RichText(".")


def test_each_condition_is_answered_by_its_own_value():
    phrase = compiled("{if vip}a{end}{if besitos}b{end}{if item}c{end}")
    texts = [phrase.render({"vip": v, "besitos": b, "item": i}).text for v in (0, 1) for b in (0, 1) for i in (0, 1)]

    assert texts == ["", "c", "b", "bc", "a", "ac", "ab", "abc"]


def test_double_braces_are_braces():
    assert shown("{{name}} {{{name}}} }}", name="Ana") == "{name} {Ana} }"


@pytest.mark.parametrize(
    "value", ["<b>x</b>", "&lt;", "{besitos}", "{{", "{if vip}", '"><script>alert(1)</script>', "*_`["]
)
def test_a_value_is_never_read(value: str):
    assert compiled("{item}").render({"item": value, "besitos": 1}) == RichText(value)


def test_a_name_is_shown_in_one_harmless_line():
    assert shown("Hola, {name}.", name="\u202eAna\r\nadmin:\u200b ok") == "Hola, Ana admin: ok."
    assert len(shown("{name}", name="x" * 3000)) == 256


def test_a_text_keeps_its_lines_and_loses_its_controls():
    assert shown("{item}", item="a\r\nb\x00\u202e\ud800") == "a\nb"


class Loud:
    """An object that tells when something is asked of it."""

    def __bool__(self) -> bool:
        raise AssertionError("a value was run")

    __str__ = __bool__


@pytest.mark.parametrize("value", [None, Loud(), object(), 1.5, [1], {"a": 1}, 10**5000, b"x"], ids=type)
def test_a_value_of_another_type_shows_nothing_and_runs_nothing(value: object):
    assert compiled("[{item}{if besitos}{end}]").render({"item": value, "besitos": value}).text == "[]"


def test_what_goes_beyond_the_limit_is_cut_between_two_characters():
    rich = compiled("<b>a{item}</b><i>z</i>", limit=20).render({"item": "😀" * 50})

    assert rich == RichText("a" + "😀" * 9, (Entity("bold", 0, 19),))


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("Hola\n  {nombre}", (2, 3, "unknown_placeholder")),
        ("Hola\r\n{name", (2, 1, "lone_brace")),
        ("a}", (1, 2, "lone_brace")),
        ("{}", (1, 1, "bad_placeholder")),
        ("{Name}", (1, 1, "bad_placeholder")),
        ("&amp;😀<p>{name}", (1, 7, "unknown_tag")),
        ("{name} <b>x", (1, 8, "never_closed")),
        ("{if vip}x", (1, 1, "never_closed")),
        ("{else}", (1, 1, "else_without_if")),
        ("x{end}", (1, 2, "end_without_if")),
        ("{if vip}a{else}b{else}c{end}", (1, 17, "second_else")),
        ("{if nobody}x{end}", (1, 1, "unknown_placeholder")),
        ("{if}x", (1, 1, "unknown_placeholder")),
        ("{if not vip}x{end}", (1, 1, "bad_placeholder")),
        ("<b>{if vip}</b>{end}", (1, 12, "crossing")),
        ("{if vip}<b>{else}</b>{end}", (1, 12, "crossing")),
        ("{vip}", (1, 1, "flag_in_text")),
        ('<a href="https://e.org/{name}">x</a>', (1, 24, "placeholder_in_tag")),
        ("<{name}>", (1, 2, "placeholder_in_tag")),
        ('<tg-emoji emoji-id="1">{name}</tg-emoji>', (1, 1, "bad_emoji")),
        ("x" * 4097, (1, 4098, "too_long")),
        ("x" * 4090 + "{item}", (1, 4097, "too_long")),
        ("{if vip}" + "x" * 4097 + "{end}", (1, 4111, "too_long")),
        ("<b>x</b>y" * 101, (1, 910, "too_many_entities")),
        ("{if vip}" * 30 + "{end}" * 30, (1, 193, "too_deep")),
    ],
)
def test_a_mistake_is_shown_where_the_editor_typed_it(source: str, problem: tuple[int, int, str]):
    assert problems_of(source)[0] == problem


@pytest.mark.parametrize(
    "source", ["{if vip}<b>{end}</b>", "<b>{if vip}</b>{end}", "<b {name}>x</b>", "{if foo}<p>{else}x{end}"]
)
def test_one_mistake_is_not_told_twice(source: str):
    places = [(line, column) for line, column, _ in problems_of(source)]

    assert len(places) == len(set(places)) <= 2


def test_an_unknown_value_suggests_the_nearest_one():
    with pytest.raises(PhraseError) as refusal:
        compiled("{besito}")

    assert refusal.value.code == "TXT002"
    assert "¿Era {besitos}?" in refusal.value.sentence("es")
    assert "Was it {besitos}?" in refusal.value.sentence("en")


def test_conditions_on_too_many_values_are_refused():
    allowed = {name: Placeholder(name, "", "", 1) for name in "abcdefg"}

    with pytest.raises(PhraseError, match="too_many_conditions"):
        compile_phrase("".join(f"{{if {name}}}x{{end}}" for name in allowed), allowed)


def test_a_preview_shows_the_examples():
    assert compiled("{if vip}★{end} {name}: {besitos}").preview().text == "★ Ana: 12"


def test_a_phrase_says_which_values_it_uses():
    phrase = compiled("{if vip}{name}{end}{name}")

    assert (phrase.names, phrase.conditions, phrase.examples) == (("name",), ("vip",), {"name": "Ana", "vip": True})


HOSTILE = [
    *(
        "{m.__class__}",
        "{name.__class__}",
        "{name[0]}",
        "{0}",
        "{}",
        "{:}",
        "{name!r}",
        "{name!s}",
        "{name:>200000000}",
    ),
    *("{name:{besitos}}", "{__import__('os')}", "{name|upper}", "{name()}", "{name + name}", "{self}", "{globals}"),
    *("{name.__init__.__globals__[settings].SECRET_KEY}", "{% debug %}", "{%include 'x'%}", "{% load x %}", "{# x #}"),
    *(
        "${name.x}",
        "#{7*7}",
        "{lambda: 0}",
        "{name\n}",
        "{\x00name}",
        "{ｎａｍｅ}",
        "{name\u200b}",
        "{if name.x}a{end}",
    ),
    *("{if 1==1}a{end}", "{if vip and vip}a{end}", "{for x in y}a{end}", "{while vip}a{end}", "{if vip}" * 5000),
    *("{" * 50_000, "}" * 49_999, "{name" * 10_000, "{if" * 10_000, "{end}" * 10_000, "{else}{end}" * 1000),
    *('<b title="{name}">x</b>', "<{name}>x</{name}>", "<script>{name}</script>", "&{name};", "{a" * 30_000 + "}"),
]
LITERAL = [
    *("{{ u.wallet.burn }}", "{{ 7*7 }}", "{{config}}", "{{''.__class__.__mro__}}", '{{"x"|ljust:"200000000"}}'),
    *("%(name)s", "%s%n", "$name", "${{name}}", "<%= 7*7 %&gt;".replace("<", "&lt;"), "`id`", "$(id)", "{{{{x}}}}"),
]


@pytest.mark.parametrize("source", HOSTILE, ids=lambda source: source[:20])
def test_a_hostile_phrase_is_refused_or_stays_text(source: str):
    started = time.process_time()
    try:
        text = shown(source, name="Ana")
    except PhraseError as refusal:
        text = ""
        assert 1 <= len(refusal.problems) <= 20
    assert text in ("", "&Ana;")
    assert time.process_time() - started < 1  # of work, however busy the machine is


@pytest.mark.parametrize("source", LITERAL)
def test_other_engines_code_is_only_text(source: str):
    assert shown(source) == source.replace("{{", "{").replace("}}", "}").replace("&lt;", "<").replace("&gt;", ">")


VALUES = ANY_TEXT | st.integers() | st.booleans() | st.none() | st.floats() | st.binary()
SOURCE = "<b>{name} <i>x</i></b>{if vip}😀<u>{item}</u>{else}<s>{besitos}</s>{end} {if item}<code>{item}</code>{end}"
PHRASE, SHORT = compiled(SOURCE), compiled(SOURCE, limit=40)


@given(st.dictionaries(st.sampled_from(["name", "besitos", "item", "vip"]), VALUES), st.sampled_from([PHRASE, SHORT]))
def test_any_values_give_a_message_that_can_be_sent(values: dict[str, object], phrase: Phrase):
    rich = phrase.render(values)

    rich.text.encode()
    assert utf16_len(rich.text) <= (40 if phrase is SHORT else 4096)
    assert rich == rich.tidy()


@given(ANY_TEXT)
def test_any_text_comes_back_from_its_literal_form(text: str):
    assert compile_phrase(literal(text), {}, limit=10**6).render({}) == RichText(clean_text(text))


@given(
    st.lists(
        st.sampled_from(
            ["{name}", "{if vip}", "{else}", "{end}", "<b>", "</b>", "{", "}", "x", "😀", "<", "&lt;", "{{"]
        )
    )
)
def test_any_source_gives_a_phrase_or_problems(pieces: list[str]):
    try:
        phrase = compiled("".join(pieces))
    except PhraseError as refusal:
        assert refusal.problems
    else:
        assert phrase.preview() == phrase.preview().tidy()
