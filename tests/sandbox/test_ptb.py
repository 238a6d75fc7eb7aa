"""The library the bot is written with reads every answer of the sandbox."""

import asyncio

import pytest
import pytest_asyncio
from telegram import (
    Bot,
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    ReactionTypeEmoji,
    Update,
)
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, RetryAfter, TelegramError, TimedOut
from telegram.ext import ApplicationBuilder, CallbackQueryHandler, CommandHandler

from yabot.sandbox.picture import sample_picture

MARKUP = InlineKeyboardMarkup([[InlineKeyboardButton("Abrir", callback_data="open")]])


@pytest_asyncio.fixture
async def lucien(server):
    async with Bot(server.token, base_url=server.api_url, base_file_url=server.file_url) as bot:
        yield bot


async def test_it_knows_itself(lucien):
    assert (lucien.username, lucien.first_name) == ("LucienDemoBot", "Lucien")


async def test_messages_are_parsed(lucien, ana):
    sent = await lucien.send_message(ana, "<b>hola</b>", parse_mode="HTML", reply_markup=MARKUP, protect_content=True)
    edited = await sent.edit_text("adiós", reply_markup=MARKUP)

    assert (sent.text_html, sent.has_protected_content) == ("<b>hola</b>", True)
    assert edited.edit_date is not None
    assert await edited.delete() is True


async def test_pictures_travel_both_ways(lucien, ana):
    sent = await lucien.send_photo(ana, sample_picture(), caption="mira")
    file = await lucien.get_file(sent.photo[-1].file_id)
    again = await lucien.send_photo(ana, sent.photo[-1].file_id)

    assert bytes(await file.download_as_bytearray()) == sample_picture()
    assert again.photo == sent.photo


async def test_albums_and_media_edits_are_parsed(lucien, ana):
    one, two = await lucien.send_media_group(
        ana, [InputMediaPhoto(sample_picture()), InputMediaPhoto(sample_picture(9, 9))]
    )
    edited = await lucien.edit_message_media(
        InputMediaPhoto(sample_picture(20, 20), caption="otra"), ana, one.message_id
    )

    assert one.media_group_id == two.media_group_id
    assert (edited.photo[-1].width, edited.caption) == (20, "otra")


async def test_chats_and_members_are_parsed(lucien, group, channel, ana, luis):
    chat = await lucien.get_chat(group)
    members = [await lucien.get_chat_member(group, user) for user in (ana, luis, lucien.id)]
    linked = await lucien.get_chat(channel["id"])

    assert (chat.title, chat.type) == ("Café", "supergroup")
    assert [member.status for member in members] == ["creator", "member", "administrator"]
    assert linked.linked_chat_id == channel["linked_chat_id"]
    assert len(await lucien.get_chat_administrators(group)) == 2
    await lucien.ban_chat_member(group, luis)
    assert (await lucien.get_chat_member(group, luis)).status == "kicked"


async def test_every_kind_of_update_is_parsed(lucien, sandbox, group, channel, ana, luis):
    await lucien.get_updates(allowed_updates=Update.ALL_TYPES)
    said = sandbox.say(ana, group, "hola @LucienDemoBot")["message_id"]
    sandbox.react(luis, group, said, "❤")
    sandbox.edit(ana, group, said, "adiós")
    post = sandbox.post(channel["id"], "noticia")["message_id"]
    sandbox.react(luis, channel["id"], post, "🔥")
    button = (await lucien.send_message(ana, "x", reply_markup=MARKUP)).message_id
    sandbox.press(ana, ana, button, "open", timeout=0)
    sandbox.leave(luis, group)
    sandbox.block_bot(ana)
    found = []

    while not any(update.message_reaction_count for update in found):
        offset = found[-1].update_id + 1 if found else None
        found += await lucien.get_updates(offset=offset, timeout=5, allowed_updates=Update.ALL_TYPES)

    kinds = {name for update in found for name in Update.ALL_TYPES if getattr(update, name, None)}
    assert kinds == {
        "message",
        "edited_message",
        "channel_post",
        "callback_query",
        "my_chat_member",
        "chat_member",
        "message_reaction",
        "message_reaction_count",
    }


async def test_refusals_become_its_exceptions(lucien, sandbox, ana, luis, monkeypatch):
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    sandbox.fault("sendMessage", retry_after=3)

    with pytest.raises(RetryAfter):
        await lucien.send_message(ana, "x")
    with pytest.raises(Forbidden, match="can't initiate conversation"):
        await lucien.send_message(luis, "x")
    with pytest.raises(BadRequest, match="not found"):
        await lucien.send_message(99, "x")
    with pytest.raises(TelegramError, match="does not model sendPoll") as refused:
        await lucien.send_poll(ana, "¿?", ["a", "b"])
    assert not isinstance(refused.value, InvalidToken)


async def test_broken_connections_become_its_exceptions(lucien, sandbox, ana):
    sandbox.fault("sendMessage", status=409)
    sandbox.fault("sendMessage", kind="slow_answer", delay=0.5)

    with pytest.raises(Conflict):
        await lucien.send_message(ana, "x")
    with pytest.raises(TimedOut):
        await lucien.send_message(ana, "x", read_timeout=0.1)


async def test_profile_calls_are_parsed(lucien, ana):
    await lucien.set_my_commands([BotCommand("historia", "La historia")], language_code="es")
    await lucien.set_my_description("Soy Lucien", language_code="es")
    await lucien.set_message_reaction(ana, (await lucien.send_message(ana, "x")).message_id, ReactionTypeEmoji("❤"))

    assert (await lucien.get_my_commands(language_code="es"))[0].command == "historia"
    assert (await lucien.get_my_description("es")).description == "Soy Lucien"
    assert (await lucien.get_webhook_info()).url == ""


async def test_a_whole_application_polls_and_answers(server, sandbox, ana):
    async def greet(update, context):
        await update.message.reply_text(f"hola {context.args[0]}", reply_markup=MARKUP)

    async def opened(update, context):
        await update.callback_query.answer("abierto", show_alert=True)

    application = (
        ApplicationBuilder().token(server.token).base_url(server.api_url).base_file_url(server.file_url).build()
    )
    application.add_handlers([CommandHandler("start", greet, has_args=1), CallbackQueryHandler(opened, "open")])
    async with application:
        await application.start()
        await application.updater.start_polling(poll_interval=0, timeout=1)
        started = await _in_thread(sandbox.start, ana, "jardin")
        message = await _in_thread(sandbox.wait_for_message, ana, "hola jardin")
        answer = await _in_thread(sandbox.press, ana, ana, message["message_id"], "Abrir")
        await application.updater.stop()
        await application.stop()

    assert message["message_id"] > started["message_id"]
    assert (answer["answered"], answer["text"], answer["show_alert"]) == (True, "abierto", True)
    assert sandbox.unmodelled() == []


async def _in_thread(function, *arguments):
    return await asyncio.to_thread(function, *arguments)
