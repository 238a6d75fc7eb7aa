"""Answers to pressed buttons."""

from yabot.sandbox.botapi.params import Params
from yabot.sandbox.botapi.registry import method
from yabot.sandbox.refusals import bad_request
from yabot.sandbox.telegram import Telegram

QUERY_LIFETIME = 60
TEXT_LIMIT = 200
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


@method("answerCallbackQuery")
def answer_callback_query(tg: Telegram, params: Params) -> bool:
    """Show a toast, an alert or nothing to the person who pressed. Each press is answered once."""
    text = params.text("text") or ""
    if len(text) > TEXT_LIMIT:
        raise bad_request("MESSAGE_TOO_LONG")
    query = tg.queries.pop(params.text("callback_query_id") or "", None)
    if query is None or tg.clock.exact() - query.asked_at > QUERY_LIFETIME:
        raise bad_request(TOO_OLD)
    answer = {"answered": True, "text": text, "show_alert": params.flag("show_alert"), "url": params.text("url")}
    if not query.answer.done():
        query.answer.set_result(answer)
    return True
