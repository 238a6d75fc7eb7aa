import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gamification.admin.rewards import ReactionRewardForm
from gamification.models import Account, Entry, Hold, ReactionReward, Reason, Transfer
from gamification.services import wallets
from tests.factories.gamification import AdministeredChatFactory, ReactionRewardFactory, ReaderFactory, WalletFactory
from yabot.core.models import BotStatus

pytestmark = pytest.mark.django_db

BOOKS = [Account, Transfer, Hold]


def page(model, name="changelist", *args):
    return reverse(f"admin:gamification_{model._meta.model_name}_{name}", args=args)


def fill(readers):
    for number in range(readers):
        reader = ReaderFactory()
        WalletFactory(user_id=reader.pk, balance=9)
        wallets.hold(user_id=reader.pk, amount=1, reason=Reason.AUCTION, reference=f"bid:{reader.pk}")
        ReactionRewardFactory(chat_id=AdministeredChatFactory().pk, emoji="🔥", amount=number + 1)


def rows(client, model, **query):
    return list(client.get(page(model), query).context["cl"].result_list)


@pytest.mark.parametrize("model", [*BOOKS, ReactionReward])
def test_every_page_opens_with_as_many_statements_for_one_row_as_for_many(admin_client, model):
    fill(1)
    admin_client.get(page(model))
    with CaptureQueriesContext(connection) as few:
        assert admin_client.get(page(model)).status_code == 200
    fill(9)

    with CaptureQueriesContext(connection) as many:
        assert admin_client.get(page(model)).status_code == 200

    assert len(many) == len(few)
    assert admin_client.get(page(model, "change", model.objects.first().pk)).status_code == 200


@pytest.mark.parametrize("model", BOOKS)
def test_the_ledger_is_read_and_never_edited(admin_client, model):
    fill(1)
    row = model.objects.first()

    assert admin_client.get(page(model, "add")).status_code == 403
    assert admin_client.post(page(model, "change", row.pk), {"amount": 1000}).status_code == 403
    assert admin_client.post(page(model, "delete", row.pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("model", BOOKS)
def test_rows_are_found_by_their_reader(admin_client, model):
    fill(2)
    reader = ReaderFactory(id=5000, username="Marta_77")
    WalletFactory(user_id=reader.pk)
    wallets.hold(user_id=reader.pk, amount=1, reason=Reason.AUCTION, reference="bid:5000")

    for term in ("5000", "@marta_77", "marta"):
        assert {row.user_id for row in rows(admin_client, model, q=term)} == {5000}
    assert rows(admin_client, model, q="nobody") == []


@pytest.mark.parametrize("model", [Transfer, Hold])
def test_rows_are_found_by_the_beginning_of_their_reference(admin_client, model):
    fill(2)
    WalletFactory(user_id=5000)
    wallets.hold(user_id=5000, amount=1, reason=Reason.AUCTION, reference="auction:5000:1")

    assert [row.user_id for row in rows(admin_client, model, q="auction:5000")] == [5000]


def test_a_list_shows_who_the_reader_is(admin_client):
    WalletFactory(user_id=ReaderFactory(username="marta").pk)
    WalletFactory(user_id=ReaderFactory(username="", first_name="Eva").pk)
    WalletFactory(user_id=31337)

    text = admin_client.get(page(Account)).content.decode()

    assert "@marta · " in text
    assert "Eva · " in text
    assert "31337" in text


def test_a_transfer_shows_its_two_entries(admin_client):
    WalletFactory(user_id=1, balance=9)
    transfer = Transfer.objects.get()

    response = admin_client.get(page(Transfer, "change", transfer.pk))

    (formset,) = response.context["inline_admin_formsets"]
    assert {form.original for form in formset if form.original} == set(Entry.objects.all())


def press_undo(client, *transfers, **more):
    return client.post(
        page(Transfer), {"action": "undo", "_selected_action": [transfer.pk for transfer in transfers], **more}
    )


def undo(client, *transfers):
    response = press_undo(client, *transfers, confirmed="yes")
    return response.status_code, [str(message) for message in get_messages(response.wsgi_request)]


def test_nothing_is_undone_before_the_question_is_answered(admin_client):
    transfer = Transfer.objects.get(target=WalletFactory(user_id=ReaderFactory(username="marta").pk, balance=9))

    text = press_undo(admin_client, transfer).content.decode()

    assert "¿Deshacer estos movimientos?" in text
    assert f"@marta · {transfer.user_id} · 9 besitos · Obsequio de la casa · {transfer.reference}" in text
    assert wallets.balance_of(transfer.user_id) == 9


def test_a_movement_is_undone_by_its_opposite(admin_client):
    WalletFactory(user_id=1, balance=9)
    WalletFactory(user_id=2, balance=9)

    assert undo(admin_client, *Transfer.objects.all()) == (302, ["2 movimientos deshechos."])

    assert wallets.balances([1, 2]) == {1: 0, 2: 0}
    assert Transfer.objects.filter(reason="correction", note="admin: deshecho desde la administración").count() == 2
    assert {entry.get_edited_object() for entry in LogEntry.objects.all()} == set(
        Transfer.objects.filter(reason="courtesy")
    )


def test_what_cannot_be_undone_is_explained_and_the_rest_is_done(admin_client):
    WalletFactory(user_id=1, balance=9)
    WalletFactory(user_id=2, balance=9)
    wallets.spend(user_id=1, amount=4, reason=Reason.FRAGMENT, reference="fragment:1")

    _, said = undo(admin_client, *Transfer.objects.filter(reason="courtesy"))

    assert said[-1] == "1 movimiento deshecho."
    assert said[0].endswith("Te faltan 4 besitos.")
    assert wallets.balances([1, 2]) == {1: 5, 2: 0}


def test_a_movement_is_undone_once_however_often_the_button_is_pressed(admin_client):
    WalletFactory(user_id=1, balance=9)
    transfer = Transfer.objects.get()
    wallets.add(user_id=1, amount=20, reason=Reason.GIFT, reference="gift:1")

    undo(admin_client, transfer)
    undo(admin_client, transfer)

    assert wallets.balance_of(1) == 20


def test_when_nothing_can_be_undone_only_the_reason_is_said(admin_client):
    WalletFactory(user_id=1, balance=9)
    wallets.spend(user_id=1, amount=9, reason=Reason.FRAGMENT, reference="fragment:1")

    _, said = undo(admin_client, Transfer.objects.get(reason="courtesy"))

    assert [text.partition(": ")[2] for text in said] == ["Te faltan 9 besitos."]


def test_only_whoever_may_correct_sees_the_action(client):
    WalletFactory(user_id=1, balance=9)
    person = User.objects.create_user("eva", is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename="view_transfer"))
    client.force_login(person)
    undo(client, Transfer.objects.get())
    assert wallets.balance_of(1) == 9

    person.user_permissions.add(Permission.objects.get(codename="correct_transfer"))
    undo(client, Transfer.objects.get())
    assert wallets.balance_of(1) == 0


def save_rule(client, **changes):
    form = {"emoji": "🔥", "amount": "3", "chat_id": "", "daily_cap": "", "is_active": "on", "note": "", **changes}
    return client.post(page(ReactionReward, "add"), form)


def test_a_rule_for_everywhere_is_made_without_a_chat(admin_client):
    assert save_rule(admin_client).status_code == 302

    rule = ReactionReward.objects.get()
    assert (rule.emoji, rule.amount, rule.chat_id, rule.daily_cap) == ("🔥", 3, None, None)


def test_a_rule_for_one_chat_is_made_by_choosing_its_name(admin_client):
    chat = AdministeredChatFactory(title="Club de lectura")
    assert "Club de lectura" in admin_client.get(page(ReactionReward, "add")).content.decode()

    save_rule(admin_client, chat_id=str(chat.pk), daily_cap="10")

    rule = ReactionReward.objects.get()
    assert (rule.chat_id, rule.daily_cap) == (chat.pk, 10)
    assert "Club de lectura" in admin_client.get(page(ReactionReward)).content.decode()


def test_a_second_general_rule_for_the_same_emoji_is_refused_in_words(admin_client):
    ReactionRewardFactory(emoji="❤")

    response = save_rule(admin_client, emoji="❤️")

    assert "Ya hay una regla para este emoji en este lugar." in response.content.decode()
    assert ReactionReward.objects.count() == 1


@pytest.mark.parametrize("wrong", [{"amount": ""}, {"amount": "0"}, {"emoji": ""}, {"chat_id": "-404"}])
def test_a_rule_with_a_mistake_is_shown_again(admin_client, wrong):
    response = save_rule(admin_client, daily_cap="2", **wrong)

    assert response.status_code == 200
    assert not ReactionReward.objects.exists()


def test_the_form_begins_with_a_heart_everywhere():
    form = ReactionRewardForm()

    assert form["emoji"].initial == "❤"
    assert form.fields["chat_id"].choices[0][0] == ""


def test_the_form_says_where_the_bot_cannot_see_reactions_and_keeps_a_lost_chat():
    AdministeredChatFactory(id=-5, title="Club", bot_status=BotStatus.MEMBER)
    AdministeredChatFactory(id=-6, title="Viejo", migrated_to=-7)
    lost = ReactionRewardFactory(chat_id=-99)

    places = dict(ReactionRewardForm(instance=lost).fields["chat_id"].choices[1:])

    assert places == {-5: "Club (el bot todavía no es administrador)", -99: "-99"}
