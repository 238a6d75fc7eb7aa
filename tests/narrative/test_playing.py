"""Play-tests: the same pages as in the chat, from anywhere, as anyone; saved ways are walked again."""

import random
from datetime import UTC, datetime

import pytest

from gamification.services import wallets
from narrative.bot import reading
from narrative.errors import ChoiceClosed, ChoiceGone
from narrative.services import choices, knowledge, library
from narrative.story import playing
from narrative.story.content import BACK, Story, Variant
from narrative.story.effects import Count, GiveBesitos, SetFlag, UnlockHint
from narrative.story.playing import Persona
from narrative.story.reading import StoryError
from tests.factories.channeladmin import SubscriptionFactory
from tests.factories.core import TelegramUserFactory
from tests.factories.gamification import WalletFactory
from tests.factories.narrative import HintFactory
from tests.narrative.stories import choice, ending, fragment, story, words
from yabot.core import delivery
from yabot.core.conditions import Condition
from yabot.core.models import TelegramUser

when = Condition.from_text
NOW = datetime(2026, 1, 7, 12, tzinfo=UTC)
HOUSE = story(
    fragment(
        "sala",
        choice("sotano", condition=when("visited jardin; besitos >= 10")),
        choice("jardin", price=15),
        choice("torre", condition=when("flag luz"), locked="hide"),
        choice("sala", key="mirar", repeat="visit", effects=(Count("vueltas", 1),)),
        text="Hola, {nombre}.",
    ),
    fragment("sotano", choice("<", key="volver"), choice("torre", key="subir", condition=when("counter vueltas >= 2"))),
    fragment("jardin", choice("sala", key="entrar", effects=(SetFlag("luz"),)), choice("torre", key="t2", price=5)),
    fragment("torre", choice("fin"), fallback="sala"),
    ending("fin", "La torre"),
)


def play(*keys: str, **persona: object) -> playing.Played:
    return playing.play(HOUSE, Persona(**persona), choices=keys, now=NOW)


def test_a_choice_leads_to_the_next_page() -> None:
    played = play("a-jardin", "entrar", besitos=30)
    assert [page.fragment for page in played.pages] == ["sala", "jardin", "sala"]
    assert played.facts.besitos == 15
    assert [line.choice for line in played.page.lines] == ["a-sotano", "a-jardin", "a-torre", "mirar"]


def test_a_closed_choice_says_why_and_nothing_moves() -> None:
    played = play(besitos=3)
    with pytest.raises(ChoiceClosed):
        playing.go_on(played, "a-jardin")
    assert played.page.lines[1].reason == "Te faltan 12 besitos."
    assert play(besitos=3, language="en").page.lines[1].reason == "You need 12 more besitos."
    with pytest.raises(ChoiceGone):
        playing.go_on(played, "nada")


def test_somebody_can_begin_anywhere_with_anything() -> None:
    played = playing.play(
        HOUSE,
        Persona(counters={"vueltas": 2}, visited=frozenset({"jardin"}), flags=frozenset({"luz"})),
        start="sotano",
        now=NOW,
    )
    assert [(line.choice, line.is_open) for line in played.page.lines] == [("volver", False), ("subir", True)]


def test_the_name_is_in_the_text() -> None:
    assert play(name="Luz <3").page.text.text == "Hola, Luz <3."


def test_a_persona_survives_its_json() -> None:
    persona = Persona("en", True, 5, 6, {"llave": 2}, frozenset({"mapa"}), now=NOW, missions={"m": "active"})
    assert Persona.from_json(persona.to_json()) == persona
    assert Persona.from_json({}) == Persona()


@pytest.mark.parametrize(
    "wrong", [{"besitos": -1}, {"items": [1]}, {"now": "mañana"}, {"nada": 1}, {"missions": {"a": 1}}]
)
def test_a_persona_that_is_none_says_where(wrong: dict) -> None:
    with pytest.raises(StoryError, match=next(iter(wrong))):
        Persona.from_json(wrong)


# --- saved ways -------------------------------------------------------------------------------------------------------
def compared(changed, *keys: str) -> playing.Change | None:
    was = play(*keys, besitos=30)
    walked = playing.Walked(Persona(besitos=30), "sala", keys, [page.to_json() for page in was.pages])
    return playing.compare(changed, walked, now=NOW)


def test_a_way_that_is_as_it_was_is_not_mentioned() -> None:
    assert compared(HOUSE, "a-jardin", "entrar") is None


def test_the_first_page_that_changed_is_named() -> None:
    changed = story(
        *(
            fragment("jardin", choice("sala", key="entrar"), text="Otra luna.") if one.key == "jardin" else one
            for one in HOUSE.fragments
        )
    )
    found = compared(changed, "a-jardin", "entrar")
    assert found is not None
    assert (found.step, found.was["html"], found.now["html"]) == (2, "Estás en jardin.", "Otra luna.")


def test_a_way_that_is_gone_ends_where_it_is_gone() -> None:
    changed = story(fragment("sala", text="Hola, {nombre}."), *HOUSE.fragments[1:])
    found = compared(changed, "a-jardin")
    assert found is not None and found.step == 1
    assert compared(story(*HOUSE.fragments[1:]), "a-jardin").now is None


# --- the same as in the chat ------------------------------------------------------------------------------------------
# Everything that others give or know: gifts on the way and on arrival, a hint, gates, a variant, prices, a fallback.
EVERYTHING = story(
    fragment(
        "sala",
        choice("fuente", effects=(GiveBesitos(20),), repeat="once"),
        choice("cripta", condition=when("hint mapa"), locked="hide"),
        choice("club"),
        choice("mercado", condition=when("besitos >= 20")),
        variants=(Variant(when("hint mapa"), words("El mapa brilla.")), Variant(when("vip"), words("Pase usted."))),
    ),
    fragment("fuente", choice("sala", key="f-sala", effects=(UnlockHint("mapa"),)), choice("mercado", key="f-mercado")),
    fragment(
        "mercado",
        choice("sala", key="pagar", price=15, effects=(GiveBesitos(3), SetFlag("cena"))),
        choice("mercado", key="mirar", repeat="visit", effects=(GiveBesitos(1),)),
        choice("torre", condition=when("vip; not flag cena")),
        fallback="sala",
        effects=(GiveBesitos(4),),
    ),
    fragment("cripta", choice(BACK, key="volver"), choice("fin", price=30), condition=when("besitos >= 10")),
    fragment("torre", choice("fin", key="t-fin"), choice("club", key="t-club")),
    fragment("club", choice("sala", key="c-sala"), vip=True, effects=(GiveBesitos(50), SetFlag("socia"))),
    ending("fin", "La torre", effects=(GiveBesitos(2),)),
)


WALKS = 200


@pytest.mark.django_db
@pytest.mark.timeout(400)  # two hundred take MongoDB's test server more than a minute
@pytest.mark.parametrize("played_story", [HOUSE, EVERYTHING], ids=["its own facts", "everybody's facts"])
def test_many_walks_are_the_same_in_the_chat_and_in_the_play_test(played_story: Story) -> None:
    library.release(played_story)
    HintFactory(key="mapa", title_es="El mapa", title_en="The map", template=None)
    compared_pages, visited = 0, set[str]()
    for seed in range(WALKS):
        dice, user = random.Random(seed), 1_000 + seed
        besitos, language, vip = dice.choice((1, 20, 100)), dice.choice(("es", "en")), dice.random() < 0.5
        reader = TelegramUserFactory(id=user, first_name="Ana", language=language)
        WalletFactory(user_id=user, balance=besitos)
        if vip:
            SubscriptionFactory(user_id=user)
        persona = Persona(besitos=besitos, language=language, vip=vip)
        place = choices.begin(user, story="casa")
        played = playing.play(played_story, persona, now=NOW, names=knowledge.hint_titles())
        for _step in range(7):
            compared_pages += 1
            visited.add(place.state.fragment)
            assert said(reading.page(TelegramUser.objects.get(pk=reader.pk), place)) == drawn(played)
            ways = [line.choice for line in played.page.lines if line.is_open]
            if not ways:
                break
            key = dice.choice(ways)
            place = choices.follow(user, story="casa", step=place.progress.step, choice=key)
            played = playing.go_on(played, key)
            delivery.deliver("gamification")  # the page above was drawn before the economy heard of the gifts
            if dice.random() < 0.1:
                assert choices.where(user).scene == place.scene
        assert wallets.balance_of(user) == played.facts.besitos
    assert compared_pages > 3 * WALKS
    assert visited == set(played_story.by_key)


def said(screen) -> tuple:
    labels = [button.text for row in screen.buttons for button in row]
    own = OWN + ENGLISH
    return screen.text, [label for label in labels if label not in own and not label.startswith(ENDINGS)]


ENDINGS = ("Finales ", "Endings ")
ENGLISH = (
    "Start again",
    "↩️ Undo",
    "📚 The stories",
    "🔖 Back to the checkpoint",
    "🔄 Look again",
    "⭐ How to be VIP",
)
OWN = (
    "Compartir la historia",
    "Empezar de nuevo",
    "↩️ Deshacer",
    "📚 Las historias",
    "🔖 Volver al punto de control",
    "🔄 Mirar otra vez",
    "⭐ Cómo ser VIP",
)


def drawn(played: playing.Played) -> tuple:
    return played.page.text, [line.label for line in played.page.lines]


def test_besitos_given_can_be_spent() -> None:
    made = story(
        fragment("a", choice("b", effects=(GiveBesitos(7),))), fragment("b", choice("fin", price=7)), ending("fin")
    )
    played = playing.play(made, Persona(), choices=["a-b", "a-fin"], now=NOW)
    assert (played.facts.besitos, played.page.is_ending) == (0, True)
