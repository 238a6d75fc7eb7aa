"""Pages of a chat that is a book: a new one below the old one, which keeps its text and loses its buttons."""

from telegram import CallbackQuery, Update

from yabot.core.telegram.screens import Alert, Context, Screen, answer_press, call, edit, keyboard, send


async def turn_page(update: Update, context: Context, *, left: Screen | None, shown: Screen) -> None:
    """Answer a press with a new message; the old one keeps its place, shown as ``left`` (None: without its buttons)."""
    query = update.callback_query
    assert query is not None
    await answer_press(context, query.id, shown)
    if query.message is None or left is None or not await edit(update, context, left):
        await _take_buttons(query, context)
    await _send_once(update, context, shown)


async def lead_back(update: Update, context: Context, *, said: Alert, shown: Screen) -> None:
    """Answer a press of an old button: say so, take its buttons away and show where the reader is."""
    query = update.callback_query
    assert query is not None
    await answer_press(context, query.id, said)
    await _take_buttons(query, context)
    await _send_once(update, context, shown)


async def ask_below(update: Update, context: Context, asked: Screen) -> None:
    """Answer a press with a question: its buttons take the place of the page's, whose text stays.

    Where they cannot, the question is a message of its own.
    """
    query = update.callback_query
    assert query is not None
    await answer_press(context, query.id, Alert(asked.text.text))
    if query.message is None:
        return
    place = {"chat_id": query.message.chat.id, "message_id": query.message.message_id}
    answer = await call(context, "editMessageReplyMarkup", {**place, "reply_markup": keyboard(asked.buttons)})
    if answer is None or not (answer.ok or "not modified" in answer.description):
        await send(update, context, asked)


async def _send_once(update: Update, context: Context, shown: Screen) -> None:
    """Send it, unless another message shows that place already and is the newest: a doubled press brings one page."""
    query, chat = update.callback_query, update.effective_chat
    place, number = context.bot_data.newest.get(chat.id if chat else 0, ("", 0))
    pressed = query.message.message_id if query and query.message else 0
    if not shown.place or place != shown.place or number == pressed:
        await send(update, context, shown)


async def _take_buttons(query: CallbackQuery, context: Context) -> None:
    if query.message is not None:
        place = {"chat_id": query.message.chat.id, "message_id": query.message.message_id}
        await call(context, "editMessageReplyMarkup", place)
