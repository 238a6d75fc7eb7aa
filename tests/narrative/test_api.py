"""Stories over HTTP: programs read them, play them for a reader, and take them out."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from gamification.services import wallets
from narrative.exchange import read_bundle
from narrative.models import DueLetter, HintUnlock, ProgressStep, ReaderProgress
from narrative.services import drafts, library, pictures
from narrative.story.content import Media
from tests.core.calling import ask
from tests.factories.core import TelegramUserFactory
from tests.factories.gamification import WalletFactory
from tests.factories.keys import bearer
from tests.factories.narrative import HintFactory, LucienTemplateFactory
from tests.narrative.stories import choice, ending, fragment, story, words
from yabot.core import clock
from yabot.core.conditions import Condition
from yabot.core.models import OutgoingMessage

pytestmark = pytest.mark.django_db
V1 = "/api/v1/narrative/"
MINE = f"{V1}users/7/stories/casa/"
HOUSE = story(
    fragment("sala", choice("jardin", label="Salir", price=20), choice("fin"), media=Media("casa.jpg")),
    fragment("jardin", choice("fin", key="x")),
    ending("fin", "La puerta"),
)


@pytest.fixture
def house(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    row = drafts.store(HOUSE)
    pictures.put(row, "casa.jpg", b"\xff\xd8\xff picture")
    library.release(HOUSE)
    TelegramUserFactory(id=7, language="en")
    return row


def read(path: str, *rights: str):
    return ask(path, bearer(*(rights or ("narrative:read",))))


def write(path: str, body: dict, **headers: str):
    return ask(path, bearer("narrative:write"), "post", body, **headers)


def test_what_a_program_plays_is_named_in_the_readers_language() -> None:
    TelegramUserFactory(id=7, language="en")
    WalletFactory(user_id=7, balance=20)
    garden = replace(fragment("jardin", choice("fin", key="x")), title=words("El jardín", en="The garden"))
    library.release(story(fragment("sala", choice("jardin", price=20)), garden, ending("fin")))
    write(MINE, {"action": "begin"})
    assert write(f"{MINE}choices/", {"choice": "a-jardin", "step": 1}).status_code == 200
    assert wallets.history(7, limit=1)[0].label == "The garden"


def test_published_stories_are_listed(house) -> None:
    drafts.store(story(fragment("a"), key="borrador"))
    assert [(one["key"], one["release"]) for one in read(f"{V1}stories/").json()["results"]] == [("casa", 1)]


def test_a_fragment_is_what_it_is_in_the_release(house) -> None:
    assert read(f"{V1}stories/casa/fragments/jardin/").json() == HOUSE.by_key["jardin"].to_json()
    assert read(f"{V1}stories/casa/fragments/nada/").status_code == 404
    assert read(f"{V1}stories/nada/fragments/sala/").status_code == 404


def test_a_draft_is_read_with_its_own_right_only(house) -> None:
    drafts.write(house, fragment("torre", text="Nueva."), drafts.Edit())
    path = f"{V1}stories/casa/fragments/torre/"
    assert read(path).status_code == 404
    refused = read(f"{path}?draft=true")
    assert (refused.status_code, refused.json()["code"]) == (403, "AUTH004")
    assert read(f"{path}?draft=true", "narrative:read", "narrative:drafts").json()["text"] == {"es": "Nueva."}
    assert read(f"{path}?drafts=true").status_code == 400


def test_a_story_is_taken_out_with_its_files(house) -> None:
    answer = read(f"{V1}stories/casa/bundle/")
    bundle = read_bundle(answer.content)
    assert answer["Content-Type"] == "application/zip"
    assert bundle.story.to_json() == HOUSE.to_json()
    assert dict(bundle.media) == {"casa.jpg": b"\xff\xd8\xff picture"}


def test_a_program_plays_a_story_for_a_reader(house) -> None:
    WalletFactory(user_id=7, balance=5)
    assert read(MINE).status_code == 404
    begun = write(MINE, {"action": "begin"}).json()
    assert (begun["fragment"], begun["step"], begun["text"]) == ("sala", 1, "Estás en sala.")
    assert (begun["least_left"], begun["most_left"]) == (1, 2)
    (garden, end) = begun["choices"]
    assert (garden["open"], garden["price"], garden["reasons"]["en"]) == (False, 20, "You need 15 more besitos.")
    assert read(f"{MINE}choices/a-jardin/").json() == garden
    assert read(f"{MINE}choices/nada/").status_code == 404
    closed = write(f"{MINE}choices/", {"choice": "a-jardin", "step": 1})
    assert (closed.status_code, closed.json()["code"]) == (409, "NAR012")
    done = write(f"{MINE}choices/", {"choice": end["choice"], "step": 1}).json()
    assert (done["ending"], done["endings_found"], done["endings_in_all"]) == (True, 1, 1)
    old = write(f"{MINE}choices/", {"choice": end["choice"], "step": 1})
    assert (old.status_code, old.json()["code"]) == (409, "NAR011")
    assert read(MINE).json() == done
    assert write(MINE, {"action": "restart"}).json()["fragment"] == "sala"


def test_a_decision_repeated_is_one_decision(house) -> None:
    write(MINE, {"action": "begin"})
    key = {"Idempotency-Key": str(uuid4())}
    headers = bearer("narrative:write")
    first, again = (ask(f"{MINE}choices/", headers, "post", {"choice": "a-fin", "step": 1}, **key) for _ in range(2))
    assert first.json() == again.json()
    assert ProgressStep.objects.count() == 2


def test_steps_back_are_refused_where_there_are_none(house) -> None:
    write(MINE, {"action": "begin"})
    for action in ("undo", "checkpoint"):
        refused = write(MINE, {"action": action, "step": 1})
        assert (refused.status_code, refused.json()["code"]) == (409, "NAR014")
    assert write(MINE, {"action": "fly"}).status_code == 400
    assert write(f"{V1}users/7/stories/nada/", {"action": "begin"}).status_code == 404
    assert ReaderProgress.objects.get().step == 1


def test_a_hint_is_opened_once(house) -> None:
    HintFactory(key="mapa", template=None)
    path = f"{V1}users/7/hints/unlock/"
    assert [write(path, {"hint": "mapa"}).json()["new"] for _ in range(2)] == [True, False]
    assert HintUnlock.objects.filter(user_id=7).count() == 1
    assert write(path, {"hint": "nada"}).status_code == 404


def test_lucien_writes_now_or_later_and_once(house) -> None:
    LucienTemplateFactory(key="hola")
    path = f"{V1}users/7/messages/"
    for _ in range(2):
        assert write(path, {"letter": "hola", "reference": "a"}).json() == {"owed": True}
    later = clock.now() + timedelta(hours=3)
    write(f"{path}scheduled/", {"letter": "hola", "reference": "b", "at": later.isoformat()})
    assert OutgoingMessage.objects.count() == 1
    assert abs((DueLetter.objects.get().due_at - later).total_seconds()) < 5


def test_a_letters_reference_is_the_readers_own(house) -> None:
    LucienTemplateFactory(key="hola")
    TelegramUserFactory(id=8)
    for reader in (7, 8):
        said = write(f"{V1}users/{reader}/messages/", {"letter": "hola", "reference": "a"})
        assert said.json() == {"owed": True}
    assert set(OutgoingMessage.objects.values_list("user_id", flat=True)) == {7, 8}


def test_who_may_not_be_written_to_is_owed_nothing(house) -> None:
    LucienTemplateFactory(key="hola")
    TelegramUserFactory(id=8, blocked_at=clock.now())
    assert write(f"{V1}users/8/messages/", {"letter": "hola", "reference": "a"}).json() == {"owed": False}


@pytest.mark.parametrize("when", ["", "scheduled/"])
def test_a_letter_that_is_none_is_not_found(house, when) -> None:
    asked = {"letter": "nada", "reference": "c", **({"at": clock.now().isoformat()} if when else {})}
    refused = write(f"{V1}users/7/messages/{when}", asked)
    assert (refused.status_code, refused.json()["code"]) == (404, "REQ004")


def test_a_letter_is_planned_for_a_year_at_most(house) -> None:
    LucienTemplateFactory(key="hola")
    asked = {"letter": "hola", "reference": "c", "at": "9999-12-31T23:59:59Z"}
    refused = write(f"{V1}users/7/messages/scheduled/", asked)
    assert (refused.status_code, refused.json()["code"]) == (400, "REQ001")
    assert list(refused.json()["fields"]) == ["at"]


def test_words_are_in_the_readers_language(house) -> None:
    both = replace(fragment("a", choice("fin")), text=words("Hola", en="Hello"))
    library.release(story(both, ending("fin"), key="otra"))
    assert write(f"{V1}users/7/stories/otra/", {"action": "begin"}).json()["text"] == "Hello"


def test_a_page_comes_as_the_chat_shows_it(house) -> None:
    part = fragment("a", choice("fin"), text="  Una <b>carta</b>.", media=Media("carta.jpg", alt=words("Una carta")))
    library.release(story(replace(part, checkpoint=True), ending("fin"), key="otra"))
    path = f"{V1}users/7/stories/otra/"
    page = write(path, {"action": "begin"}).json()
    assert (page["text"], page["entities"]) == ("Una carta.", [{"type": "bold", "offset": 4, "length": 5}])
    assert page["media"] == {"file": "carta.jpg", "kind": "photo", "alt": "Una carta", "spoiler": False}
    assert not page["has_checkpoint"]
    page = write(f"{path}choices/", {"choice": "a-fin", "step": 1}).json()
    assert (page["media"], page["entities"], page["has_checkpoint"]) == (None, [], True)


def test_a_closed_page_says_why_in_both_languages(house) -> None:
    library.release(story(fragment("a", choice("fin"), vip=True), ending("fin"), key="otra"))
    path = f"{V1}users/7/stories/otra/"
    page = write(path, {"action": "begin"}).json()
    assert (page["closed"], page["reasons"]["en"]) == (True, "This chapter is for VIPs only.")
    checked = read(f"{path}choices/a-fin/").json()
    assert (checked["open"], checked["reasons"]) == (False, page["reasons"])


def test_a_choice_nobody_shows_is_closed_and_says_why(house) -> None:
    hidden = choice("b", key="secreto", condition=Condition.from_text("flag llave"), locked="hide")
    library.release(story(fragment("a", hidden, choice("b")), fragment("b", choice("a")), ending("fin"), key="otra"))
    path = f"{V1}users/7/stories/otra/"
    assert [way["choice"] for way in write(path, {"action": "begin"}).json()["choices"]] == ["a-b"]
    assert read(f"{path}choices/a-b/").json()["open"]
    assert read(f"{path}choices/secreto/").json()["reasons"]["es"]
    elsewhere = read(f"{path}choices/a-a/").json()
    assert (elsewhere["open"], elsewhere["reasons"]["en"]) == (False, "This is chosen somewhere else.")
    assert read(f"{path}choices/nada/").status_code == 404


@pytest.mark.parametrize("erased", [False, True])
def test_nothing_is_done_for_readers_who_are_not_there(house, erased) -> None:
    HintFactory(key="mapa", template=None)
    LucienTemplateFactory(key="hola")
    if erased:
        TelegramUserFactory(id=8, erased_at=clock.now())
    for path, body in (
        ("stories/casa/", {"action": "begin"}),
        ("stories/casa/choices/", {"choice": "a-fin", "step": 1}),
        ("hints/unlock/", {"hint": "mapa"}),
        ("messages/", {"letter": "hola", "reference": "a"}),
    ):
        refused = write(f"{V1}users/8/{path}", body)
        assert (refused.status_code, refused.json()["code"]) == (404, "REQ004"), path
    assert not ReaderProgress.objects.exists()
    assert not HintUnlock.objects.exists()
