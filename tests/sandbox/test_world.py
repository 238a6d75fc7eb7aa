"""The world: chats, members, reactions, channels, commands and the clock."""

import pytest

from tests.sandbox.callers import BotCaller, Refused
from yabot.sandbox.client import SandboxProblem
from yabot.sandbox.server import SandboxServer

EVERYTHING = ["message", "chat_member", "message_reaction", "message_reaction_count"]


def last(sandbox, kind):
    return [update[kind] for update in sandbox.updates() if kind in update][-1]


def how_many(sandbox, kind):
    return sum(kind in update for update in sandbox.updates())


@pytest.fixture
def everything(bot):
    bot("getUpdates", allowed_updates=EVERYTHING)


def test_the_bot_learns_the_chats_it_is_in(sandbox, group):
    change = last(sandbox, "my_chat_member")

    assert change["chat"]["id"] == group
    assert change["old_chat_member"]["status"] == "left"
    assert change["new_chat_member"]["status"] == "administrator"


def test_the_bot_hears_that_it_was_blocked_and_unblocked(sandbox, ana):
    sandbox.block_bot(ana)
    blocked = last(sandbox, "my_chat_member")
    sandbox.start(ana)
    unblocked = last(sandbox, "my_chat_member")

    assert (blocked["chat"]["type"], blocked["new_chat_member"]["status"]) == ("private", "kicked")
    assert unblocked["new_chat_member"]["status"] == "member"


def test_a_blocked_bot_hears_nothing_from_that_person(sandbox, ana):
    sandbox.block_bot(ana)

    with pytest.raises(SandboxProblem, match="Ana has blocked the bot"):
        sandbox.say(ana, ana, "hola")


def test_without_admin_rights_the_bot_hears_only_what_is_meant_for_it(sandbox, ana):
    group = sandbox.add_group("Charla", [ana], bot_is_admin=False)["id"]
    for text in ("hola", "/saldo", "/saldo@OtroBot", "oye @LucienDemoBot"):
        sandbox.say(ana, group, text)

    heard = [update["message"].get("text") for update in sandbox.updates() if "message" in update]

    assert [text for text in heard if text and text != "/start"] == ["/saldo", "oye @LucienDemoBot"]


def test_reactions_in_a_group_name_who_reacted(everything, sandbox, group, ana, luis):
    said = sandbox.say(ana, group, "hola")["message_id"]

    sandbox.react(luis, group, said, "❤️")
    sandbox.react(luis, group, said, None)

    put, taken = [update["message_reaction"] for update in sandbox.updates() if "message_reaction" in update]
    assert put["user"]["id"] == luis
    assert put["new_reaction"] == taken["old_reaction"] == [{"type": "emoji", "emoji": "❤"}]
    assert put["old_reaction"] == taken["new_reaction"] == []


def test_a_bot_that_is_no_administrator_gets_no_reactions(everything, sandbox, ana):
    group = sandbox.add_group("Charla", [ana], bot_is_admin=False)["id"]
    said = sandbox.say(ana, group, "/hola")["message_id"]

    sandbox.react(ana, group, said, "❤")

    assert how_many(sandbox, "message_reaction") == 0


def test_reactions_on_a_post_are_an_anonymous_total():
    with SandboxServer(reaction_delay=2) as slow, BotCaller(slow) as bot:
        sandbox = slow.client
        readers = [sandbox.add_user(first_name=name)["id"] for name in ("Ana", "Luis")]
        owner = sandbox.add_user(first_name="Diana")["id"]
        channel = sandbox.add_channel("Susurros", subscribers=readers, owner=owner)["id"]
        bot("getUpdates", allowed_updates=EVERYTHING)
        post = sandbox.post(channel, "noticia")["message_id"]
        bot("getUpdates", offset=bot("getUpdates")[-1]["update_id"] + 1)

        for reader in readers:
            sandbox.react(reader, channel, post, "❤")

        (update,) = bot("getUpdates", timeout=20)
    count = update["message_reaction_count"]
    assert count["reactions"] == [{"type": {"type": "emoji", "emoji": "❤"}, "total_count": 2}]
    assert "user" not in count


def test_a_post_is_forwarded_into_the_discussion_group(bot, sandbox, channel, ana):
    post = bot("sendMessage", chat_id=channel["id"], text="capítulo 1")

    forward = last(sandbox, "message")

    assert (post["sender_chat"]["id"], post["chat"]["type"], "from" in post) == (channel["id"], "channel", False)
    assert forward["is_automatic_forward"] is True
    assert forward["chat"]["id"] == channel["linked_chat_id"]
    assert forward["forward_origin"]["message_id"] == post["message_id"]


def test_an_edited_post_is_edited_in_the_discussion_too(bot, sandbox, channel):
    post = bot("sendMessage", chat_id=channel["id"], text="uno")["message_id"]

    bot("editMessageText", chat_id=channel["id"], message_id=post, text="dos")

    assert sandbox.messages(channel["linked_chat_id"])[-1]["text"] == "dos"


def test_the_bot_gets_no_update_about_its_own_post(bot, sandbox, channel):
    bot("sendMessage", chat_id=channel["id"], text="x")

    assert how_many(sandbox, "channel_post") == 0


def test_the_post_of_a_person_is_a_channel_post(sandbox, channel):
    sandbox.post(channel["id"], "noticia")

    assert last(sandbox, "channel_post")["text"] == "noticia"


def test_a_comment_answers_in_the_thread_of_the_post(sandbox, channel, ana, luis):
    post = sandbox.post(channel["id"], "noticia")
    root = sandbox.messages(channel["linked_chat_id"])[-1]["message_id"]

    comment = sandbox.say(luis, channel["linked_chat_id"], "¡qué bien!", reply_to=root)

    assert comment["message_thread_id"] == root
    seen = [message for message in sandbox.messages(channel["id"]) if message["message_id"] == post["message_id"]]
    assert seen[0]["sandbox"]["comments"] == 1


def test_subscribers_may_not_post(sandbox, channel, luis):
    with pytest.raises(SandboxProblem, match="may not post in the channel"):
        sandbox.post(channel["id"], "x", as_user=luis)


def test_a_banned_person_is_out_and_stays_out(everything, bot, sandbox, group, luis):
    bot("banChatMember", chat_id=group, user_id=luis)

    assert bot("getChatMember", chat_id=group, user_id=luis)["status"] == "kicked"
    assert last(sandbox, "chat_member")["new_chat_member"]["status"] == "kicked"
    with pytest.raises(SandboxProblem, match="banned"):
        sandbox.join(luis, group)


def test_a_ban_ends_with_its_time(bot, sandbox, group, luis):
    bot("banChatMember", chat_id=group, user_id=luis, until_date=sandbox.call("now") + 3600)
    sandbox.advance(3700)

    assert bot("getChatMember", chat_id=group, user_id=luis)["status"] == "left"
    sandbox.join(luis, group)


def test_unbanning_a_member_removes_them_and_lets_them_return(bot, sandbox, group, luis):
    bot("unbanChatMember", chat_id=group, user_id=luis)
    out = bot("getChatMember", chat_id=group, user_id=luis)["status"]
    sandbox.join(luis, group)

    assert out == "left"
    assert bot("getChatMember", chat_id=group, user_id=luis)["status"] == "member"


def test_unban_only_if_banned_leaves_a_member_alone(bot, group, luis):
    bot("unbanChatMember", chat_id=group, user_id=luis, only_if_banned=True)

    assert bot("getChatMember", chat_id=group, user_id=luis)["status"] == "member"


def test_administrators_and_members_are_counted(bot, group, ana):
    statuses = {member["user"]["id"]: member["status"] for member in bot("getChatAdministrators", chat_id=group)}

    assert statuses == {ana: "creator", 4242: "administrator"}
    assert bot("getChatMemberCount", chat_id=group) == 3


def test_a_bot_that_left_is_outside(bot, group):
    bot("leaveChat", chat_id=group)

    with pytest.raises(Refused, match="403 Forbidden: bot is not a member of the supergroup chat"):
        bot("getChat", chat_id=group)


def test_an_edit_returns_the_message_and_its_date(bot, ana):
    markup = {"inline_keyboard": [[{"text": "x", "callback_data": "x"}]]}
    message = bot("sendMessage", chat_id=ana, text="uno", reply_markup=markup)["message_id"]

    edited = bot("editMessageText", chat_id=ana, message_id=message, text="dos")

    assert (edited["text"], edited["message_id"]) == ("dos", message)
    assert edited["edit_date"] >= edited["date"]
    assert "reply_markup" not in edited


def test_what_a_person_edits_reaches_the_bot(sandbox, ana):
    said = sandbox.say(ana, ana, "uno")["message_id"]

    sandbox.edit(ana, ana, said, "dos")

    assert last(sandbox, "edited_message")["text"] == "dos"


def test_a_forward_keeps_its_origin_and_a_copy_does_not(bot, sandbox, group, ana):
    said = sandbox.say(ana, ana, "hola")["message_id"]

    forward = bot("forwardMessage", chat_id=group, from_chat_id=ana, message_id=said)
    bot("copyMessage", chat_id=group, from_chat_id=ana, message_id=said)

    assert forward["forward_origin"]["sender_user"]["id"] == ana
    assert "forward_origin" not in sandbox.messages(group)[-1]


def test_commands_are_shown_by_scope_and_language(bot, sandbox, group, ana):
    english = sandbox.add_user(first_name="Emma", language_code="en")["id"]
    bot("setMyCommands", commands=[{"command": "historia", "description": "La historia"}])
    bot("setMyCommands", commands=[{"command": "story", "description": "The story"}], language_code="en")
    scope = {"type": "chat", "chat_id": ana}
    bot("setMyCommands", commands=[{"command": "panel", "description": "El panel"}], scope=scope)

    shown = [sandbox.call("commands", user_id=user, chat_id=user)[0]["command"] for user in (ana, english)]

    assert shown == ["panel", "story"]
    assert sandbox.call("commands", user_id=ana, chat_id=group)[0]["command"] == "historia"


def test_the_bot_has_names_per_language(bot):
    bot("setMyName", name="Lucien el fiel")
    bot("setMyName", name="Lucien the loyal", language_code="en")

    assert bot("getMyName")["name"] == "Lucien el fiel"
    assert bot("getMyName", language_code="en")["name"] == "Lucien the loyal"


def test_a_picture_comes_back_by_its_file_id(bot, server, sandbox, ana):
    sent = sandbox.send_photo(ana, ana, caption="mira")
    file = bot("getFile", file_id=sent["photo"][-1]["file_id"])
    again = bot("sendPhoto", chat_id=ana, photo=sent["photo"][-1]["file_id"])

    status, body = bot.download(f"/file/bot{server.token.replace(':', '%3A')}/{file['file_path']}")

    assert (status, len(body), body[:4]) == (200, file["file_size"], b"\x89PNG")
    assert again["photo"] == sent["photo"]


def test_an_album_shares_its_group_id(bot, sandbox, ana):
    photo = sandbox.send_photo(ana, ana)["photo"][-1]["file_id"]
    media = [{"type": "photo", "media": photo, "caption": "uno"}, {"type": "photo", "media": photo}]

    one, two = bot("sendMediaGroup", chat_id=ana, media=media)

    assert one["media_group_id"] == two["media_group_id"]
    assert one["caption"] == "uno"


def test_pinning_shows_in_the_chat(bot, sandbox, group, ana):
    said = sandbox.say(ana, group, "reglas")["message_id"]

    bot("pinChatMessage", chat_id=group, message_id=said)

    assert bot("getChat", chat_id=group)["pinned_message"]["message_id"] == said


def test_the_demo_world_has_its_people_and_chats(sandbox):
    sandbox.reset(world="demo")

    assert [user["first_name"] for user in sandbox.call("users")] == ["Diana", "Ana", "Luis", "Emma"]
    titles = {chat["id"]: chat.get("title") for chat in sandbox.call("chats")}
    assert titles[-1001000000001] == "Café de Lucien"
    assert titles[-1001000000002] == "Los susurros de Diana"
    assert titles[-1001000000003] == "Susurros · comentarios"
    assert how_many(sandbox, "my_chat_member") == 3
