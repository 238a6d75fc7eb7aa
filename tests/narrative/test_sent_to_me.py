""" "Send it to me": the page an editor looks at, on their own Telegram, once they have said which one that is."""

import orjson
import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from narrative.bot import trying
from narrative.models import Fragment
from narrative.models import Story as StoryRow
from narrative.services import drafts
from narrative.services.trials import TRIAL
from tests.factories.core import TelegramUserFactory
from tests.narrative.desk import page, text, typed
from tests.narrative.stories import choice, ending, fragment, story
from yabot.core import clock, staff
from yabot.core.bot import staff as bot
from yabot.core.models import OutgoingMessage, StaffTelegram
from yabot.core.people import Person
from yabot.core.telegram import markup
from yabot.core.telegram.callbacks import unpack

pytestmark = pytest.mark.django_db
HOUSE = story(
    fragment("sala", choice("fin", label="Salir", price=3), text="Hay <b>dos</b> puertas."), ending("fin", "La calle")
)


@pytest.fixture
def house() -> StoryRow:
    return drafts.store(HOUSE)


def desk(row: StoryRow) -> str:
    return reverse("admin:narrative_fragment_change", args=[Fragment.objects.get(story=row, key="sala").pk])


def send(client, row: StoryRow, turn: str = "1", **changes: str) -> str:
    sent = {**typed(client, desk(row), **changes), "story": row.pk, "was": "sala", "enviarmela": turn}
    return text(client.post(reverse("admin:narrative_fragment_preview"), sent))


def linked(user: User, **reader) -> int:
    made = TelegramUserFactory(id=77, first_name="Ana", **reader)
    assert staff.link(staff.new_code(user), user_id=made.pk) == user.username
    return made.pk


# --- linking ----------------------------------------------------------------------------------------------------------
def test_whoever_is_not_linked_is_told_what_to_send_to_the_bot(admin_client, admin_user, house) -> None:
    shown = send(admin_client, house)
    assert not OutgoingMessage.objects.exists()
    code = shown.partition("/start equipo-")[2].partition('"')[0]
    reader = TelegramUserFactory(id=77)
    assert "admin" in bot.linked_by(reader, code).text.text
    assert staff.telegram_of(admin_user) == reader


def test_a_code_links_once_and_a_newer_one_makes_it_void(admin_user) -> None:
    old, new = staff.new_code(admin_user), staff.new_code(admin_user)
    assert staff.link(old, user_id=77) == ""
    assert staff.link(new, user_id=77) == "admin"
    assert staff.link(new, user_id=78) == ""
    assert StaffTelegram.objects.get().user_id == 77


def test_an_old_code_and_no_code_link_nobody(admin_user) -> None:
    code = staff.new_code(admin_user)
    StaffTelegram.objects.update(code_until=clock.now())
    assert staff.link(code, user_id=77) == staff.link("", user_id=77) == ""
    assert "ya no vale" in bot.linked_by(TelegramUserFactory(), code).text.text


def test_a_chat_where_the_bot_may_not_write_is_as_none(admin_client, admin_user, house) -> None:
    linked(admin_user, blocked_at=clock.now())
    assert "/start equipo-" in send(admin_client, house)
    assert not OutgoingMessage.objects.exists()


# --- sending ----------------------------------------------------------------------------------------------------------
def test_what_arrives_is_what_the_preview_shows(admin_client, admin_user, house) -> None:
    reader = linked(admin_user)
    shown = send(admin_client, house, text="Hay <b>mil</b> puertas & <tg-spoiler>una</tg-spoiler>.", persona="rico")
    assert "Enviada a Ana" in shown
    (owed,) = OutgoingMessage.objects.all()
    sent = orjson.loads(owed.payload)
    rich = markup.parse("Hay <b>mil</b> puertas & <tg-spoiler>una</tg-spoiler>.")
    assert (owed.chat_id, owed.method) == (reader, "sendMessage")
    assert {name: sent[name] for name in ("text", "entities")} == rich.to_api()
    ((button,),) = sent["reply_markup"]["inline_keyboard"]
    assert button["text"] == "Salir · 3 💋"
    assert unpack(button["callback_data"], user_id=reader).action == TRIAL.name
    assert drafts.fragment(house.pk, "sala")[1] == 1


def test_a_doubled_press_sends_once_and_another_one_again(admin_client, admin_user, house) -> None:
    linked(admin_user)
    for turn in ("1", "1", "2"):
        send(admin_client, house, turn)
    assert OutgoingMessage.objects.count() == 2


def test_the_play_test_sends_the_page_it_stands_on(admin_client, admin_user, house) -> None:
    linked(admin_user)
    who = {"idioma": "es", "besitos": "5", "desde": "sala", "pasos": "a-fin", "enviarmela": "1"}
    assert "Enviada a Ana" in text(admin_client.post(page(house, "play"), who))
    assert "Final: La calle" in orjson.loads(OutgoingMessage.objects.get().payload)["text"]


def test_without_a_script_the_desk_sends_what_is_typed_and_keeps_it(admin_client, admin_user, house) -> None:
    linked(admin_user)
    shown = admin_client.post(desk(house), typed(admin_client, desk(house), text="Todavía no.", enviarmela="1"))
    assert "Enviada a Ana" in text(shown) and ">\nTodavía no.</textarea>" in text(shown)
    assert orjson.loads(OutgoingMessage.objects.get().payload)["text"] == "Todavía no."
    assert drafts.fragment(house.pk, "sala")[1] == 1


def test_a_button_of_such_a_page_moves_nobody() -> None:
    said = trying.said(Person(77, "Ana"))
    assert said.box and "no llevan a ninguna parte" in said.text


# --- splitting --------------------------------------------------------------------------------------------------------
def test_a_text_is_parted_where_the_cursor_is_and_the_ways_on_go_with_the_rest(admin_client, house) -> None:
    changes = {"text": "Uno <b>dos</b>.\r\n\r\nTres.", "_split": "1", "split_at": "17"}
    answer = admin_client.post(desk(house), typed(admin_client, desk(house), **changes))
    first, second = drafts.fragment(house.pk, "sala")[0], drafts.fragment(house.pk, "sala-2")[0]
    assert answer.url == reverse("admin:narrative_fragment_change", args=[Fragment.objects.get(key="sala-2").pk])
    assert (first.text.in_("es"), second.text.in_("es")) == ("Uno <b>dos</b>.", "Tres.")
    assert [(one.label.in_("es"), one.target) for one in first.choices] == [("Seguir", "sala-2")]
    assert second.choices == HOUSE.by_key["sala"].choices


def test_without_a_cursor_the_first_part_is_as_long_as_it_may_be(admin_client, house) -> None:
    paragraph = "a" * 1_500
    changes = {"text": "\n\n".join([paragraph] * 3), "_split": "1", "split_at": ""}
    admin_client.post(desk(house), typed(admin_client, desk(house), **changes))
    assert drafts.fragment(house.pk, "sala")[0].text.in_("es") == f"{paragraph}\n\n{paragraph}"
    assert drafts.fragment(house.pk, "sala-2")[0].text.in_("es") == paragraph


@pytest.mark.parametrize("place", ["6", "0", "999"])
def test_a_text_is_not_parted_inside_a_format_nor_at_its_ends(admin_client, house, place) -> None:
    changes = {"text": "Uno <b>dos</b>.", "_split": "1", "split_at": place}
    shown = text(admin_client.post(desk(house), typed(admin_client, desk(house), **changes)))
    assert "Pon el cursor entre dos párrafos" in shown
    assert drafts.fragment(house.pk, "sala")[1] == 1
    assert Fragment.objects.filter(story=house).count() == 2
