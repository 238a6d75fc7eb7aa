import pytest
from django.db import DatabaseError, connection

from tests.conflicts import deadlock
from yabot.core import transactions
from yabot.core.models import EventRecord, InboundUpdate, TelegramChat, TelegramUser, UpdateState
from yabot.core.telegram import inbox, raw
from yabot.core.telegram.intake import Intake
from yabot.core.telegram.lane import run_raw

pytestmark = pytest.mark.django_db
ANA = {"id": 7, "is_bot": False, "first_name": "Ana"}


def reaction(
    update_id: int, user: object = ANA, new: object = ({"type": "emoji", "emoji": "❤"},), old: object = ()
) -> dict:
    return {
        "update_id": update_id,
        "message_reaction": {
            "chat": {"id": -1001, "type": "supergroup"},
            "message_id": 5,
            "date": 1,
            "user": user,
            "old_reaction": list(old),
            "new_reaction": list(new),
        },
    }


def test_an_update_is_stored_once_however_often_telegram_sends_it():
    assert len(inbox.store([reaction(1), reaction(2), reaction(2)])) == 2
    assert inbox.store([reaction(2), reaction(1)]) == []

    assert InboundUpdate.objects.count() == 2


def test_a_stored_update_knows_its_kind_and_person():
    (stored,) = inbox.store([reaction(1)])

    row = InboundUpdate.objects.get()
    assert (row.kind, row.user_id, row.state) == ("message_reaction", 7, UpdateState.WAITING)
    assert (stored.lane, stored.trace.correlation_id) == (7, row.correlation_id)


def test_what_was_stored_and_not_done_is_found_again_as_it_was():
    inbox.store([reaction(1), reaction(2)])
    inbox.mark([1], UpdateState.DONE)

    (again,) = inbox.waiting()
    assert again.id == 2
    assert again.data == reaction(2)


@pytest.mark.parametrize(
    "rubbish",
    [
        "text",
        None,
        [],
        {},
        {"update_id": "1"},
        {"update_id": True, "message": {}},
        {"update_id": 2**80, "message": {}},
        {"update_id": 5, "message": "text"},
        {"update_id": 5, "message": {"from": {"id": "x"}, "chat": 3}},
        {"update_id": 5, "message": {"text": "\ud800"}},
        {"update_id": 5, "message": {"from": {"id": 2**70}}},
    ],
)
def test_anything_telegram_sends_can_be_stored_and_read_back(rubbish):
    (stored,) = inbox.store([rubbish])

    (again,) = inbox.waiting()
    assert again.data == stored.data
    assert isinstance(stored.lane, int)


def test_storing_many_takes_as_many_statements_as_storing_one(django_assert_num_queries):
    with django_assert_num_queries(4):  # savepoint and release, look, insert
        inbox.store([reaction(number) for number in range(100)])


def test_a_bad_update_is_marked_with_its_reason_and_stops_nobody(expected_errors):
    stored = inbox.store([reaction(1), reaction(2, user={"id": "x"}), reaction(3, user={**ANA, "id": 8})])

    run_raw(raw.on_reactions, stored)

    states = dict(InboundUpdate.objects.values_list("id", "state"))
    assert states == {1: UpdateState.DONE, 2: UpdateState.FAILED, 3: UpdateState.DONE}
    assert "invalid literal" in InboundUpdate.objects.get(pk=2).error
    assert EventRecord.objects.count() == 2


def test_an_update_whose_row_somebody_else_holds_waits_with_its_persons_later_ones(monkeypatch):
    monkeypatch.setattr(transactions.time, "sleep", lambda seconds: None)
    held = {8}

    def handler(updates):
        if held.intersection(stored.user_id for stored in updates):
            raise deadlock(DatabaseError)

    beto = {**ANA, "id": 8}
    stored = inbox.store([reaction(1), reaction(2, user=beto), reaction(3), reaction(4, user=beto)])

    left = run_raw(handler, stored)
    assert [update.id for update in left] == [2, 4]
    states = dict(InboundUpdate.objects.values_list("id", "state"))
    assert states == {1: UpdateState.DONE, 2: UpdateState.WAITING, 3: UpdateState.DONE, 4: UpdateState.WAITING}

    held.clear()
    assert run_raw(handler, left) == []
    assert not InboundUpdate.objects.exclude(state=UpdateState.DONE).exists()


def test_behind_an_update_that_fails_its_persons_later_ones_are_next():
    def handler(updates):
        if 2 in (stored.id for stored in updates):
            raise ValueError

    stored = inbox.store([reaction(number) for number in (1, 2, 3)])

    left = run_raw(handler, stored)

    assert [update.id for update in left] == [3]
    assert InboundUpdate.objects.get(pk=2).state == UpdateState.FAILED


def test_what_waits_in_a_batch_waits_before_everything_behind_it(monkeypatch):
    monkeypatch.setattr(transactions.time, "sleep", lambda seconds: None)
    held, done = [True], []

    def rights(updates):
        if held:
            raise deadlock(DatabaseError)
        done.extend(stored.id for stored in updates)

    def reactions(updates):
        done.extend(stored.id for stored in updates)

    handlers = {"my_chat_member": rights, "message_reaction": reactions}
    intake = Intake(raw=handlers, dispatch=list, handled=frozenset())
    intake.store([membership(1, "administrator"), reaction(2)])
    intake.store_incoming()

    assert not intake.run_raw()
    assert done == []
    assert intake.backlog == 2
    held.clear()
    assert intake.run_raw()
    assert done == [1, 2]
    assert intake.backlog == 0


def test_only_an_added_emoji_is_news():
    heart, fire = {"type": "emoji", "emoji": "❤"}, {"type": "emoji", "emoji": "🔥"}
    stored = inbox.store([reaction(1, new=[heart, fire], old=[heart]), reaction(2, new=[], old=[heart])])

    run_raw(raw.on_reactions, stored)

    assert [record.payload for record in EventRecord.objects.all() if "🔥" in record.payload]
    assert EventRecord.objects.count() == 1


def test_anonymous_people_and_bots_react_for_nobody():
    stored = inbox.store([reaction(1, user=None), reaction(2, user={**ANA, "is_bot": True})])

    run_raw(raw.on_reactions, stored)

    assert not EventRecord.objects.exists()
    assert not InboundUpdate.objects.exclude(state=UpdateState.DONE).exists()


def membership(update_id: int, status: str, chat_type: str = "supergroup", chat: int = -1001) -> dict:
    body = {
        "chat": {"id": chat, "type": chat_type, "title": "Café"},
        "from": ANA,
        "new_chat_member": {"status": status},
    }
    return {"update_id": update_id, "my_chat_member": body}


def test_the_bot_learns_its_rights_in_a_chat():
    run_raw(raw.on_my_membership, inbox.store([membership(1, "administrator")]))
    assert TelegramChat.objects.get().bot_status == "administrator"

    run_raw(raw.on_my_membership, inbox.store([membership(2, "kicked")]))
    assert TelegramChat.objects.get().bot_status == "left"


def test_a_reader_who_blocks_and_comes_back_is_known_to():
    run_raw(raw.on_my_membership, inbox.store([membership(1, "kicked", "private", 7)]))
    assert TelegramUser.objects.get().blocked_at is not None

    run_raw(raw.on_my_membership, inbox.store([membership(2, "member", "private", 7)]))
    assert TelegramUser.objects.get().blocked_at is None


def test_what_waits_beside_what_is_in_hand_is_found_up_to_a_limit():
    inbox.store([reaction(number) for number in (4, 1, 3, 2, 5)])
    inbox.mark([4], UpdateState.DONE)

    assert [stored.id for stored in inbox.waiting_besides({1}, limit=3)] == [2, 3]
    assert inbox.waiting_besides({1, 2, 3}, limit=3) == []


def test_looking_into_an_empty_inbox_is_one_query_on_an_index(django_assert_num_queries):
    inbox.waiting_besides(set(), limit=3)

    with django_assert_num_queries(1) as captured:
        assert inbox.waiting_besides(set(), limit=3) == []

    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {captured[0]['sql']}")
        assert "core_inbound_waiting" in str(cursor.fetchall())


def test_a_kind_that_is_no_name_is_malformed():
    (stored,) = inbox.store([{"update_id": 5, "\ud800": {}}])

    assert stored.kind == "malformed"
