"""What Telegram refuses, in its own words."""

import pytest

from tests.sandbox.callers import Refused

DAY = 24 * 3600


@pytest.fixture
def refused(bot):
    def call(method, **params):
        with pytest.raises(Refused) as caught:
            bot(method, **params)
        return caught.value

    return call


@pytest.fixture
def sent(bot, ana):
    return bot("sendMessage", chat_id=ana, text="hola")["message_id"]


def test_an_unknown_chat_is_not_found(refused):
    assert refused("sendMessage", chat_id=99, text="x").description == "Bad Request: chat not found"


def test_nobody_is_written_to_before_they_write(refused, luis):
    problem = refused("sendMessage", chat_id=luis, text="x")

    assert (problem.code, problem.description) == (403, "Forbidden: bot can't initiate conversation with a user")


def test_a_blocked_bot_may_not_write(refused, sandbox, ana):
    sandbox.block_bot(ana)

    problem = refused("sendMessage", chat_id=ana, text="x")

    assert (problem.code, problem.description) == (403, "Forbidden: bot was blocked by the user")


def test_an_unblocked_bot_may_write_again(bot, sandbox, ana):
    sandbox.block_bot(ana)
    sandbox.unblock_bot(ana)

    assert bot("sendMessage", chat_id=ana, text="x")["text"] == "x"


def test_an_edit_that_changes_nothing_is_refused(refused, ana, sent):
    problem = refused("editMessageText", chat_id=ana, message_id=sent, text="hola")

    assert problem.description.startswith("Bad Request: message is not modified: specified new message content")


def test_a_missing_message_can_be_neither_edited_nor_deleted(refused, ana):
    assert refused("editMessageText", chat_id=ana, message_id=1, text="x").description == (
        "Bad Request: message to edit not found"
    )
    assert refused("deleteMessage", chat_id=ana, message_id=1).description == "Bad Request: message to delete not found"


def test_the_message_of_somebody_else_cannot_be_edited(refused, sandbox, ana):
    said = sandbox.say(ana, ana, "hola")

    problem = refused("editMessageText", chat_id=ana, message_id=said["message_id"], text="x")

    assert problem.description == "Bad Request: message can't be edited"


def test_after_48_hours_a_message_stays(refused, sandbox, ana, sent):
    sandbox.advance(2 * DAY + 5)

    problem = refused("deleteMessage", chat_id=ana, message_id=sent)

    assert problem.description == "Bad Request: message can't be deleted for everyone"


def test_before_48_hours_a_message_goes(bot, sandbox, ana, sent):
    sandbox.advance(2 * DAY - 60)

    assert bot("deleteMessage", chat_id=ana, message_id=sent) is True
    assert sent not in [message["message_id"] for message in sandbox.messages(ana)]


def test_a_caption_has_at_most_1024_characters(bot, sandbox, ana):
    photo = sandbox.send_photo(ana, ana)["photo"][-1]["file_id"]

    with pytest.raises(Refused, match="message caption is too long"):
        bot("sendPhoto", chat_id=ana, photo=photo, caption="a" * 1025)


@pytest.mark.parametrize("data", ["", "é" * 33])
def test_callback_data_has_1_to_64_bytes(refused, ana, data):
    markup = {"inline_keyboard": [[{"text": "x", "callback_data": data}]]}

    assert refused("sendMessage", chat_id=ana, text="x", reply_markup=markup).description == (
        "Bad Request: BUTTON_DATA_INVALID"
    )


def test_a_button_that_does_nothing_is_refused(refused, ana):
    markup = {"inline_keyboard": [[{"text": "x"}]]}

    problem = refused("sendMessage", chat_id=ana, text="x", reply_markup=markup)

    assert "Text buttons are unallowed in the inline keyboard" in problem.description


def test_a_link_button_needs_a_real_address(refused, ana):
    markup = {"inline_keyboard": [[{"text": "x", "url": "http://localhost:8000/"}]]}

    assert "Wrong HTTP URL" in refused("sendMessage", chat_id=ana, text="x", reply_markup=markup).description


def test_protected_messages_are_neither_copied_nor_forwarded(bot, refused, ana):
    secret = bot("sendMessage", chat_id=ana, text="secreto", protect_content=True)["message_id"]

    for method, words in (("copyMessage", "can't be copied"), ("forwardMessage", "can't be forwarded")):
        problem = refused(method, chat_id=ana, from_chat_id=ana, message_id=secret)
        assert (problem.code, words in problem.description) == (400, True)


def test_an_unknown_file_is_a_wrong_file_identifier(refused, ana):
    assert refused("sendPhoto", chat_id=ana, photo="AgACx").description == (
        "Bad Request: wrong file identifier/HTTP URL specified"
    )
    assert "wrong file identifier" in refused("getFile", file_id="AgACx").description


def test_a_photo_must_be_a_picture(bot, ana):
    with pytest.raises(Refused, match="IMAGE_PROCESS_FAILED"):
        bot.multipart("sendPhoto", {"photo": ("x.jpg", b"text")}, chat_id=ana)


def test_a_bot_that_is_no_administrator_may_not_post(refused, sandbox, channel, ana):
    sandbox.set_status(channel["id"], 4242, "member", by=ana)

    problem = refused("sendMessage", chat_id=channel["id"], text="x")

    assert problem.description == "Bad Request: need administrator rights in the channel chat"


def test_a_right_that_was_not_given_is_missed(refused, sandbox, group, ana, luis):
    sandbox.set_status(group, 4242, "administrator", by=ana, denied=["can_restrict_members"])

    problem = refused("banChatMember", chat_id=group, user_id=luis)

    assert problem.description == "Bad Request: not enough rights to restrict/unrestrict chat member"


def test_a_bot_thrown_out_may_not_write(refused, sandbox, group, ana):
    sandbox.set_status(group, 4242, "kicked", by=ana)

    problem = refused("sendMessage", chat_id=group, text="x")

    assert (problem.code, problem.description) == (403, "Forbidden: bot was kicked from the supergroup chat")


def test_the_owner_cannot_be_banned(refused, group, ana):
    assert refused("banChatMember", chat_id=group, user_id=ana).description == "Bad Request: can't remove chat owner"


def test_a_reply_to_nothing_is_refused(refused, ana):
    problem = refused("sendMessage", chat_id=ana, text="x", reply_parameters={"message_id": 1})

    assert problem.description == "Bad Request: message to be replied not found"


def test_an_emoji_that_is_no_reaction_is_refused(refused, ana, sent):
    problem = refused("setMessageReaction", chat_id=ana, message_id=sent, reaction=[{"type": "emoji", "emoji": "🚗"}])

    assert problem.description == "Bad Request: REACTION_INVALID"
