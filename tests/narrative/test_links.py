"""Shared links: they open what they name and give nothing away."""

import re
from dataclasses import replace
from urllib.parse import parse_qs, urlparse

import pytest
from django.urls import reverse

from narrative.bot import endings, turning
from narrative.bot.buttons import token
from narrative.models import HintUnlock, ReaderProgress, StoryLink
from narrative.services import choices, drafts, library, links
from narrative.story.effects import GiveBesitos
from tests.factories.narrative import HintFactory
from tests.narrative.stories import choice, ending, fragment, story, words
from tests.narrative.test_reading_screens import data, labels
from yabot import bot
from yabot.core import people
from yabot.core.bot import start
from yabot.core.conditions import Condition
from yabot.core.people import Person
from yabot.core.telegram.screens import Screen

pytestmark = pytest.mark.django_db
ANA, CASA = Person(7, "Ana"), token("casa")
HOUSE = story(
    fragment("sala", choice("patio"), choice("fin", key="ya")),
    fragment("patio", choice("torre", condition=Condition.from_text("item llave")), choice("fin"), checkpoint=True),
    fragment("torre", choice("fin", key="caer"), text="El secreto de la torre."),
    ending("fin", "La puerta"),
    ending("otro", "El mar"),
    pitch=words("Una noche sin luna."),
)


@pytest.fixture(autouse=True)
def told() -> None:
    """A bot with a name, and a story."""
    bot.offer_links()
    people.meet_bot(bot_id=4242, username="LucienBot")
    library.release(HOUSE)


def opened(fragment: str) -> Screen:
    """What the link to a fragment of the house opens for Ana."""
    return start.start(ANA, payload=f"h-{links.link_to(story='casa', fragment=fragment).token}")


def go(*keys: str) -> None:
    """Ana begins and takes these choices."""
    place = choices.begin(7, story="casa")
    for key in keys:
        place = choices.follow(7, story="casa", step=place.progress.step, choice=key)


def test_a_link_to_a_story_tells_its_promise() -> None:
    shown = start.start(ANA, payload=f"h-{links.link_to(story='casa').token}")

    assert shown.text.text == "La casa\n\nUna noche sin luna."
    assert labels(shown) == ["▶️ Empezar"]


@pytest.mark.parametrize("key", ["torre", "patio", "sala", "fin", "nada"])
def test_a_newcomer_with_a_link_to_any_fragment_reads_the_promise(key: str) -> None:
    shown = opened(key)

    assert shown.text.text == "La casa\n\nUna noche sin luna."
    assert not ReaderProgress.objects.exists()


def test_a_link_to_a_fragment_nobody_has_seen_yet_gives_nothing_away() -> None:
    go("a-patio")

    shown = opened("torre")

    assert "torre" not in shown.text.text.lower()
    assert labels(shown) == ["▶️ Continuar: Patio", "Empezar de nuevo"]
    assert ReaderProgress.objects.get().fragment == "patio"


def test_a_link_to_where_the_reader_is_shows_the_page() -> None:
    go("a-patio")
    assert opened("patio").text.text == "Estás en patio."


def test_a_link_to_the_beginning_asks_before_the_way_is_lost() -> None:
    go("a-patio")

    assert labels(opened("sala")) == ["Sí, empezar de nuevo", "No, volver a la historia"]
    assert ReaderProgress.objects.get().fragment == "patio"


def test_a_link_to_a_visited_fragment_asks_first_and_goes_there_once() -> None:
    go("a-patio", "a-fin")

    asked = opened("patio")

    assert asked.text.text.startswith("¿Volver a «Patio»?\n\nAhora estás en «Fin».")
    assert ReaderProgress.objects.get().fragment == "fin"
    name, step, key = data(asked, "Sí").values
    there = turning.jump(ANA, story=name, step=int(step), fragment=key)
    assert there.page.text.text == "Estás en patio."
    again = turning.jump(ANA, story=name, step=int(step), fragment=key)
    assert again.said.text == "Ese botón es de otro momento de la historia."
    assert (ReaderProgress.objects.get().fragment, ReaderProgress.objects.get().step) == ("patio", 4)


def test_nobody_jumps_where_they_have_not_been() -> None:
    go("a-patio")
    at = ReaderProgress.objects.get()

    lost = turning.jump(ANA, story=CASA, step=at.step, fragment=token("casa", "torre"))

    assert lost.said.text == "Esto no se puede deshacer."
    assert ReaderProgress.objects.get().step == at.step


def test_going_back_by_a_link_gives_no_gift_again() -> None:
    given = fragment("b", choice("fin"), effects=(GiveBesitos(5),))
    library.release(story(fragment("a", choice("b")), given, ending("fin"), key="otra"))
    place = choices.begin(7, story="otra")
    for key in ("a-b", "a-fin"):
        place = choices.follow(7, story="otra", step=place.progress.step, choice=key)

    place = choices.revisit(7, story="otra", step=3, fragment="b")

    assert place.scene.fragment.key == "b"
    assert [step.changed.get("besitos") for step in place.progress.steps.filter(kind="revisited")] == [None]


def test_a_link_to_a_hint_opens_it_once() -> None:
    hint = HintFactory(key="luna", title_es="La luna", template=None)
    payload = f"h-{links.link_to(hint='luna').token}"

    for _ in range(2):
        assert "La luna" in start.start(ANA, payload=payload).text.text

    assert HintUnlock.objects.filter(user_id=7, hint=hint).count() == 1


@pytest.mark.parametrize("payload", ["h-", "h-nothing123", "h-<b>"])
def test_a_link_that_leads_nowhere_says_so_and_shows_the_stories(payload: str) -> None:
    shown = start.start(ANA, payload=payload)

    assert shown.text.text.startswith("Ese enlace no lleva a ninguna parte.\n\nLa casa")
    assert labels(shown) == ["▶️ Empezar"]


def test_a_link_to_a_hint_that_is_gone_says_so() -> None:
    link = links.link_to(hint="gone")
    assert start.start(ANA, payload=f"h-{link.token}").text.text.startswith("Ese enlace no lleva")


def test_every_link_is_made_once_and_fits_into_a_start() -> None:
    long = "k" * 64
    made = [links.link_to(story=long, fragment=long), links.link_to(story=long), links.link_to(hint=long)]

    assert links.link_to(story=long, fragment=long).token == made[0].token
    assert StoryLink.objects.count() == 3
    for address in (*map(links.address, made), links.to_story("casa"), links.to_story(long)):
        (payload,) = parse_qs(urlparse(address).query)["start"]
        assert address.startswith("https://t.me/LucienBot?")
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", payload)
    assert links.to_story("casa").endswith("?start=cuento-casa")


def test_before_the_bot_has_a_name_no_address_is_shown() -> None:
    people.KnownBot.objects.all().delete()
    people.forget_all()

    assert links.to_story("casa") == links.to_story("k" * 64) == links.address(links.link_to(story="casa")) == ""


# --- endings ----------------------------------------------------------------------------------------------------------
def test_an_ending_offers_the_others_and_the_story_for_a_friend() -> None:
    go("ya")
    last = start.start(ANA, payload=f"h-{links.link_to(story='casa', fragment='fin').token}")

    assert labels(last) == ["Empezar de nuevo", "Finales 1/2", "Compartir la historia", "📚 Las historias"]
    (url,) = [button.url for row in last.buttons for button in row if button.url]
    shared = parse_qs(urlparse(url).query)
    assert shared == {"url": ["https://t.me/LucienBot?start=cuento-casa"], "text": ["La casa"]}


def test_the_endings_found_are_named_and_the_others_are_not() -> None:
    go("ya")

    shown = endings.endings(ANA, story=CASA)

    assert shown.text.text == "Los finales de «La casa»\n\n1. La puerta\n2. ?\n\nHas encontrado 1 de 2."
    assert data(shown, "Volver").action == "aqui"
    choices.restart(7, story="casa")
    assert endings.endings(ANA, story=CASA).text.text == shown.text.text


def test_whoever_reads_nothing_has_no_endings_to_look_at() -> None:
    assert labels(endings.endings(ANA, story=CASA)) == ["▶️ Empezar"]


# --- the back office --------------------------------------------------------------------------------------------------
def test_editors_find_the_links_of_a_story_its_fragments_and_hints(admin_client) -> None:
    row = drafts.store(replace(HOUSE, key="borrador"))
    hint = HintFactory(key="luna", template=None)
    page = reverse("admin:narrative_story_share", args=[row.pk])

    story_page = admin_client.get(page).content.decode()
    assert "https://t.me/LucienBot?start=cuento-borrador" in story_page
    assert not StoryLink.objects.exists()
    inside = admin_client.get(f"{page}?fragment=torre").content.decode()
    assert links.address(StoryLink.objects.get(story="borrador", fragment="torre")) in inside
    hint_page = admin_client.get(reverse("admin:narrative_hint_change", args=[hint.pk])).content.decode()
    assert links.address(StoryLink.objects.get(hint="luna")) in hint_page


def test_the_links_are_for_whoever_may_see_stories(client) -> None:
    row = drafts.store(replace(HOUSE, key="borrador"))
    assert client.get(reverse("admin:narrative_story_share", args=[row.pk])).status_code == 302
