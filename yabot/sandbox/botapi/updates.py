"""getUpdates and the webhook settings."""

from typing import Any
from urllib.parse import urlsplit

from yabot.sandbox.botapi.params import Params
from yabot.sandbox.botapi.registry import method
from yabot.sandbox.faults import BATCH
from yabot.sandbox.refusals import Refusal, bad_request
from yabot.sandbox.telegram import Telegram
from yabot.sandbox.wire import JSON

LONGEST_POLL = 50
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


async def get_updates(tg: Telegram, params: Params) -> bytes:
    """The body of the answer: what waits for the bot, joined without parsing it again."""
    if tg.webhook.url:
        raise Refusal(409, WEBHOOK_ACTIVE)
    _allow(tg, params)
    offset = params.integer("offset")
    if offset:
        tg.updates.confirm(offset)
    limit = min(100, max(1, params.integer("limit") or 100))
    timeout = min(LONGEST_POLL, max(0, params.integer("timeout") or 0))
    bodies = await tg.updates.poll(limit, timeout)
    if bodies and (fault := tg.faults.take(BATCH)):
        bodies = bodies[::-1] if fault.kind == "reorder_updates" else [body for body in bodies for _ in range(2)]
    return b'{"ok":true,"result":[' + b",".join(bodies) + b"]}"


@method("setWebhook")
def set_webhook(tg: Telegram, params: Params) -> bool:
    """Post updates to a URL from now on; plain HTTP is taken for this machine only."""
    url = params.text("url") or ""
    if not url:
        return _forget_webhook(tg, params)
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    secret = params.text("secret_token") or ""
    if len(secret) > 256 or not all(letter.isalnum() or letter in "_-" for letter in secret):
        raise bad_request("secret token contains unallowed characters")
    _allow(tg, params)
    if params.flag("drop_pending_updates"):
        tg.updates.drop_all()
    tg.webhook.set(url, secret, params.integer("max_connections") or 40)
    return True


@method("deleteWebhook")
def delete_webhook(tg: Telegram, params: Params) -> bool:
    """Back to polling."""
    return _forget_webhook(tg, params)


def _forget_webhook(tg: Telegram, params: Params) -> bool:
    if params.flag("drop_pending_updates"):
        tg.updates.drop_all()
    tg.webhook.forget()
    return True


@method("getWebhookInfo")
def get_webhook_info(tg: Telegram, params: Params) -> JSON:
    """The webhook, what waits for it and what went wrong last."""
    return tg.webhook.info(len(tg.updates.pending), tg.updates.allowed)


def _allow(tg: Telegram, params: Params) -> None:
    kinds: Any = params.object("allowed_updates")
    if kinds is None:
        return
    if not isinstance(kinds, list):
        raise bad_request("can't parse allowed_updates JSON object")
    tg.updates.allow(str(kind) for kind in kinds)
