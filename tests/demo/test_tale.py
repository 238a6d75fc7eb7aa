"""The demo's story: nothing to mend, in two languages, and every ending can be found."""

import random

import pytest

from narrative.bot import turning
from narrative.bot.buttons import token
from narrative.bot.reading import LONG
from narrative.linting import World, lint
from narrative.models import Hint, HintCombination, LucienTemplate, MediaFile, Release
from narrative.models import Story as StoryRow
from narrative.services import checking, choices, drafts
from narrative.story import engine
from narrative.story.content import Story
from narrative.story.effects import Effect
from narrative.story.page import measured
from narrative.story.state import State
from tests.factories.channeladmin import SubscriptionFactory
from yabot.core.conditions import Facts
from yabot.core.conditions.base import NOT_YET
from yabot.core.people import Person
from yabot.demo import loading, secrets

TALE = loading.tale()


@pytest.fixture
def loaded(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    loading.load()


def kinds(story: Story) -> set[str]:
    return {test.kind for _, choice in story.choices() for test in choice.condition} | {
        "price" for _, choice in story.choices() if choice.price
    }


def test_it_is_a_story_of_some_size() -> None:
    assert len(TALE.fragments) >= 25
    assert len(TALE.endings) >= 3
    assert len([part for part in TALE.fragments if part.vip]) >= 4
    assert {"flag", "counter", "visited", "hint", "hours", "reactions", "price"} <= kinds(TALE)
    assert len(secrets.COMBINATIONS) == 2


def test_nothing_is_to_be_mended(loaded) -> None:
    story = StoryRow.objects.get(key=TALE.key)
    found = checking.review(story)
    assert [one.es for one in found.findings] == []
    assert found.walks is not None and set(found.walks.endings) == {part.key for part in TALE.endings}


def test_every_text_is_there_in_both_languages() -> None:
    assert lint(TALE, World(languages=("es", "en")), plays=0).is_clean
    for part in TALE.fragments:
        for words in (part.title, part.text, *(choice.label for choice in part.choices)):
            assert words.by_language["es"] and words.by_language["en"]


def test_loading_it_twice_makes_one_release_and_changes_nothing(loaded) -> None:
    draft = StoryRow.objects.get(key=TALE.key)
    assert drafts.told(draft).to_json() == TALE.to_json()
    Hint.objects.filter(key="demo-cera").update(title_es="Otra")
    assert loading.write() == 0
    assert Release.objects.count() == 1
    assert Hint.objects.get(key="demo-cera").title_es == "Otra"
    assert {row.path for row in MediaFile.objects.all()} >= {part.media.file for part in TALE.fragments if part.media}


def test_the_hints_and_letters_it_names_are_there(loaded) -> None:
    named: list[Effect] = [effect for part in TALE.fragments for effect in part.effects]
    named += [effect for _, choice in TALE.choices() for effect in choice.effects]
    refs = {(ref.kind, ref.key) for effect in named for ref in effect.refs()}
    assert {key for kind, key in refs if kind == "hint"} <= set(Hint.objects.values_list("key", flat=True))
    assert {key for kind, key in refs if kind == "letter"} <= set(LucienTemplate.objects.values_list("key", flat=True))
    assert HintCombination.objects.count() == 2


@pytest.mark.parametrize("vip", [False, True])
def test_nobody_is_ever_stuck(vip: bool) -> None:
    reached: set[str] = set()
    for seed in range(400):
        dice = random.Random(seed)
        facts = Facts(
            vip=vip, besitos=seed % 40, reactions=seed % 3, hints=frozenset({"demo-puerta-tapiada"} if seed % 2 else ())
        )
        move = engine.begin(TALE, facts)
        before = move
        for _step in range(300):
            facts = engine.after(facts, move)
            scene = engine.look(TALE, move.state, facts)
            if scene.gate:
                move = before  # a closed door offers to undo
                continue
            reached.add(move.state.fragment)
            if move.ending:
                break
            before = move
            ways = [option for option in scene.options if option.is_open]
            assert ways, move.state.fragment
            move = engine.take(TALE, move.state, dice.choice(ways), facts)
    endings = {part.key for part in TALE.endings if vip or not part.vip}
    assert {part.key for part in TALE.fragments if vip or not part.vip} - reached <= {"reflejo"} | endings
    assert len(endings & reached) >= 3  # the linter's readers find all of them


def test_a_reader_sees_it_in_their_language(loaded) -> None:
    emma = Person(8, "Emma", language_code="en")
    page = turning.begin(emma, story=token(TALE.key)).page
    assert page.text.text.startswith("Diana's house is dark but for one window.")
    assert "You are late, Emma." in page.text.text
    assert page.method == "sendPhoto"


def test_the_starred_door_opens_to_subscribers(loaded) -> None:
    SubscriptionFactory(user_id=9)
    for user in (8, 9):
        place = choices.begin(user, story=TALE.key)
        for key in ("verja-vestibulo", "vestibulo-invernadero"):
            place = choices.follow(user, story=TALE.key, step=place.progress.step, choice=key)
        assert (place.scene.gate is None) == (user == 9)


@pytest.mark.parametrize(
    ("choice", "spanish", "english"),
    [
        (
            "biblioteca-plano",
            "Te falta algún gesto de valor o de cortesía.",
            "It takes another deed of courage or courtesy.",
        ),
        ("cocina-sotano", "Te falta la llave de los tres anillos.", "You need the key with three rings."),
        (
            "salon-bajo-el-reloj",
            "Te falta la pista «demo la llave» o antes tienes que leer cierto diario.",
            "You lack the hint “demo la llave” or you have to read a certain diary first.",
        ),
        (
            "escalera-habitacion",
            "Antes tienes que leer cierto diario. Te falta oír lo que dice la fuente o te falta algún gesto de valor o "
            "de cortesía.",
            "You have to read a certain diary first. You have yet to hear what the fountain says or it takes another "
            "deed of courage or courtesy.",
        ),
    ],
)
def test_its_locks_say_what_is_missing(choice: str, spanish: str, english: str) -> None:
    condition = next(one.condition for _, one in TALE.choices() if one.key == choice)
    facts = engine.known(TALE, State(), Facts())
    assert (condition.explain(facts, "es"), condition.explain(facts, "en")) == (spanish, english)


def test_no_lock_of_it_is_silent() -> None:
    facts = engine.known(TALE, State(), Facts())
    for _, choice in TALE.choices():
        for language in ("es", "en"):
            assert NOT_YET[language] not in choice.condition.explain(facts, language)
            assert len(choice.condition.explain(facts, language)) <= 200  # an alert


@pytest.mark.parametrize("language", ["es", "en"])
def test_it_shows_what_a_page_can_do(language: str) -> None:
    texts = {part.key: part.text.by_language[language] for part in TALE.fragments}
    assert any(measured(text).length > LONG for text in texts.values())  # typed, for whoever reads calmly
    used = {entity.type for text in texts.values() for entity in measured(text).entities}
    assert {"spoiler", "date_time", "blockquote", "italic"} <= used


def test_it_shows_what_a_choice_can_do() -> None:
    assert {choice.repeat for _, choice in TALE.choices()} == {"always", "once", "visit"}
    assert any(part.fallback for part in TALE.fragments)


def test_at_the_fountain_one_puts_a_hand_in_once_a_visit() -> None:
    move = engine.begin(TALE, Facts())
    for key in ("verja-jardin", "jardin-fuente", "fuente-mojar"):
        move = engine.follow(TALE, move.state, Facts(), key)
    scene = engine.look(TALE, move.state, Facts())
    assert "seca" in scene.text.in_("es") and not scene.option("fuente-mojar").is_open
    for key in ("fuente-jardin", "jardin-fuente"):
        move = engine.follow(TALE, move.state, Facts(), key)
    assert engine.look(TALE, move.state, Facts()).option("fuente-mojar").is_open


def test_who_has_promised_already_goes_on() -> None:
    facts, move = Facts(reactions=1), engine.begin(TALE, Facts())
    for key in ("verja-jardin", "jardin-fuente", "fuente-voz", "voz-jardin", "jardin-fuente", "fuente-voz"):
        move = engine.follow(TALE, move.state, facts, key)
    scene = engine.look(TALE, move.state, facts)
    assert [(option.choice.key, option.is_open) for option in scene.options] == [
        ("voz-jardin", False),
        (engine.ONWARD, True),
    ]
