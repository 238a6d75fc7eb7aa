"""For each rule of the linter a story that it is about, and the same story mended."""

import dataclasses

from narrative.linting import World
from narrative.story.content import Declared, Ending, Media, Story, Variant
from narrative.story.effects import Count, GiveBesitos, GiveItem, SetFlag, UnlockHint
from narrative.story.reading import NO_WORDS
from tests.narrative.stories import choice, ending, fragment, story, words
from yabot.core.conditions import Condition

when = Condition.from_text
FLAG = (Declared("luz", "flag", missing=words("Te falta luz")),)
SILENT = (Declared("luz", "flag"),)
DARK = choice("fin", key="x", label="X", condition=when("flag luz"))
LIT = choice("sala", key="y", label="Y", effects=(SetFlag("luz"),))
LONG = "a" * 4097
PICTURE = Media("a.jpg", alt=words("Una casa"))


def good(*more, **others) -> Story:
    """A story with nothing to mend, and what a test adds to it."""
    first = others.pop("first", ())
    return story(fragment("sala", choice("fin"), *first), ending("fin"), *more, **others)


# What a rule finds, and the same story mended.
CASES = {
    "NAR101": (good(first=[choice("nada")]), good()),
    "NAR102": (good(fragment("isla", choice("fin", key="x"))), good()),
    "NAR103": (good(fragment("pozo"), first=[choice("pozo")]), good(ending("pozo"), first=[choice("pozo")])),
    "NAR104": (
        good(fragment("cuarto", choice("fin", key="x", condition=when("flag luz"))), first=[choice("cuarto")]),
        good(
            fragment("cuarto", choice("fin", key="x", condition=when("flag luz")), fallback="fin"),
            first=[choice("cuarto")],
        ),
    ),
    "NAR105": (
        good(first=[choice("fin", key="x", label="X", condition=when("besitos >= 5; besitos < 3"))]),
        good(first=[choice("fin", key="x", label="X", condition=when("besitos >= 3; besitos < 5"))]),
    ),
    "NAR106": (
        good(first=[choice("fin", key="x", label="b" * 61)]),
        good(first=[choice("fin", key="x", label="b" * 32)]),
    ),
    "NAR107": (good(fragment("x", choice("fin", key="y"), text=LONG), first=[choice("x")]), good()),
    "NAR109": (good(ending("a-b"), ending("a_b"), first=[choice("a-b"), choice("a_b")]), good()),
    "NAR110": (good(ending("otro")), good()),
    "NAR111": (
        good(fragment("a", choice("b", key="x")), fragment("b", choice("a", key="y")), first=[choice("a", key="z")]),
        good(
            fragment("a", choice("b", key="x")),
            fragment("b", choice("a", key="y"), choice("fin", key="w")),
            first=[choice("a", key="z")],
        ),
    ),
    "NAR113": (story(fragment("sala", choice("sala"))), good()),
    "NAR114": (good(start="nada"), good()),
    "NAR115": (good(dataclasses.replace(ending("mudo"), text=NO_WORDS), first=[choice("mudo")]), good()),
    "NAR228": (good(first=[DARK, LIT], declared=SILENT), good(first=[DARK, LIT], declared=FLAG)),
    "NAR222": (
        good(fragment("pozo", choice("sala", key="x", effects=(GiveBesitos(5),))), first=[choice("pozo")]),
        good(
            fragment("pozo", choice("sala", key="x", repeat="once", effects=(GiveBesitos(5),))), first=[choice("pozo")]
        ),
    ),
    "NAR116": (
        story(
            fragment("sala", choice("pasillo")),
            fragment("pasillo", choice("sala", key="x", price=5), choice("fin", price=9)),
            ending("fin"),
        ),
        story(
            fragment("sala", choice("pasillo")),
            fragment("pasillo", choice("sala", key="x", price=5, effects=(GiveBesitos(9),)), choice("fin", price=9)),
            ending("fin"),
        ),
    ),
    "NAR201": (
        story(
            fragment("sala", choice("vip"), choice("fin")),
            fragment("vip", choice("jardin"), vip=True),
            fragment("jardin", choice("fin", key="x")),
            ending("fin"),
        ),
        story(fragment("sala", choice("vip"), choice("fin")), ending("vip", vip=True), ending("fin")),
    ),
    "NAR202": (
        story(
            fragment("sala", choice("a"), choice("fin")),
            fragment("a", choice("a", key="x"), choice("fin", key="y", condition=when("vip"))),
            ending("fin"),
        ),
        good(),
    ),
    "NAR203": (good(first=[choice("fin", key="x", label="X", condition=when("besitos < 0"))]), good()),
    "NAR204": (good(first=[choice("fin", key="x", label="A fin")]), good()),
    "NAR205": (good(first=[choice("fin", key=f"k{n}", label=f"L{n}") for n in range(6)]), good()),
    "NAR206": (good(first=[dataclasses.replace(choice("fin", key="x"), label=words(en="Go"))]), good()),
    "NAR207": (
        story(fragment("sala", choice("fin", effects=(SetFlag("luz"),))), ending("fin"), declared=FLAG),
        story(
            fragment("sala", choice("fin", effects=(SetFlag("luz"),))),
            ending("fin", variants=(Variant(when("flag luz"), words("Con luz.")),)),
            declared=FLAG,
        ),
    ),
    "NAR208": (good(first=[choice("fin", key="x", label="X", condition=when("not flag luz"))], declared=FLAG), good()),
    "NAR209": (good(first=[choice("fin", key="x", label="X", effects=(Count("valor", 1),))]), good()),
    "NAR212": (good(ending("foto", media=Media("a.jpg")), first=[choice("foto")]), good()),
    "NAR213": (
        story(*(fragment(f"f{n}", choice(f"f{n + 1}")) for n in range(4)), ending("f4")),
        story(*(fragment(f"f{n}", choice(f"f{n + 1}")) for n in range(3)), ending("f3")),
    ),
    "NAR214": (story(fragment("sala", choice("fin"), condition=when("reactions 1")), ending("fin")), good()),
    "NAR215": (
        good(ending("tomo", text="x" * 3000), ending("b"), first=[choice("tomo"), choice("b")]),
        good(ending("tomo", text="x" * 1400), ending("b"), first=[choice("tomo"), choice("b")]),
    ),
    "NAR216": (good(first=[choice("fin", key="x", label="<b>Ya</b>")]), good()),
    "NAR217": (good(ending("m", text="Hola <<set $x to 1>>"), first=[choice("m")]), good()),
    "NAR218": (good(first=[choice("fin", key="x", label="b" * 33)]), good()),
    "NAR117": (
        good(ending("una", condition=when("not visited una")), first=[choice("una")]),
        good(ending("una", condition=when("not visited una 3")), first=[choice("una")]),
    ),
    "NAR219": (
        good(ending("nunca"), first=[choice("nunca", condition=when("not visited sala"))]),
        good(ending("nunca"), first=[choice("nunca", condition=when("not visited fin"))]),
    ),
    "NAR223": (
        good(first=[choice("fin", key="x", label="X", condition=when("item llave"))]),
        good(
            first=[
                choice("sala", key="v", effects=(GiveItem("llave"),)),
                choice("fin", key="x", label="X", condition=when("item llave")),
            ]
        ),
    ),
    "NAR224": (
        story(
            fragment("sala", choice("patio"), choice("fin", condition=when("visited patio"))),
            fragment("patio", choice("fin", key="x")),
            ending("fin"),
        ),
        story(
            fragment("sala", choice("patio"), choice("fin", condition=when("visited patio"))),
            fragment("patio", choice("sala")),
            ending("fin"),
        ),
    ),
    "NAR225": (
        good(first=[choice("fin", key="x", label="X", effects=(Count("luz", 1),))], declared=FLAG),
        good(first=[choice("fin", key="x", label="X", effects=(SetFlag("luz"),))], declared=FLAG),
    ),
    "NAR226": (
        good(dataclasses.replace(ending("b"), text=words(en="The end.")), first=[choice("b")]),
        good(dataclasses.replace(ending("b"), text=words("Fin.", en="The end.")), first=[choice("b")]),
    ),
    "NAR227": (
        good(ending("b", text="palabra " * 70), first=[choice("b")]),
        good(ending("b", text="palabra y otra palabra. " * 18), first=[choice("b")]),
    ),
    "NAR220": (
        good(fragment("pozo", choice("fin", key="x", condition=when("besitos < 1"))), first=[choice("pozo", key="y")]),
        good(),
    ),
}


BOTH = World(languages=("es", "en"))
DOUBLE = story(
    dataclasses.replace(
        ending("fin"),
        title=words("Fin", en="End"),
        text=words("Ya.", en="Over."),
        ending=Ending(words("Fin", en="End")),
    ),
    title=words("Casa", en="House"),
)
# The same, of rules that look at what there is outside the story.
OUTSIDE = {
    "NAR108": (World(media={}), World(media={"a.jpg": "photo"}), good(ending("b", media=PICTURE), first=[choice("b")])),
    "NAR118": (
        World(media={"a.jpg": "audio"}),
        World(media={"a.jpg": "photo"}),
        good(ending("b", media=PICTURE), first=[choice("b")]),
    ),
    "NAR112": (
        World(hints=frozenset()),
        World(hints=frozenset({"mapa"})),
        good(first=[choice("fin", key="x", label="X", effects=(UnlockHint("mapa"),))]),
    ),
    "NAR210": (BOTH, World(languages=("es",)), good()),
    "NAR211": (dataclasses.replace(BOTH, stale={("fin", "en"): True}), BOTH, DOUBLE),
}
ELSEWHERE = {"NAR221"}  # saved paths: test_releases
