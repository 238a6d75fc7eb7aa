"""``manage.py webhook``: where Telegram sends this bot's updates."""

import asyncio
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from yabot.core.telegram import registration
from yabot.core.telegram.client import Answer, BotApi, Doubtful, NotDelivered
from yabot.core.telegram.registration import Registration


class Command(BaseCommand):
    help = (
        "Says where Telegram sends updates (info), or changes it (set, delete). "
        "Ends with 0 when all is well, 1 when updates do not come, 2 when Telegram could not be asked."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        for name, words in (
            ("set", "send updates to TELEGRAM_WEBHOOK_URL, and ask whether that was understood"),
            ("delete", "send updates to whoever polls; what waits is kept"),
        ):
            action = actions.add_parser(name, help=words)
            action.add_argument("--drop", action="store_true", help="forget the updates that wait at Telegram")
        actions.add_parser("info", help="where updates go, how many wait, and what went wrong last")

    def handle(self, *args: Any, action: str, drop: bool = False, **options: Any) -> None:
        if not settings.TELEGRAM_TOKEN:
            raise CommandError("TELEGRAM_TOKEN is not set.", returncode=2)
        if action == "set" and not settings.TELEGRAM_WEBHOOK_URL:
            raise CommandError("TELEGRAM_WEBHOOK_URL is not set: where should updates go?", returncode=2)
        try:
            asyncio.run(self._talk(action, drop))
        except (NotDelivered, Doubtful) as error:
            raise CommandError(f"Telegram cannot be reached: {error}", returncode=2) from None

    async def _talk(self, action: str, drop: bool) -> None:
        api = BotApi(token=settings.TELEGRAM_TOKEN, base_url=settings.TELEGRAM_API_URL, connections=1)
        try:
            await {"set": self._set, "delete": self._delete, "info": self._info}[action](api, drop)
        finally:
            await api.close()

    async def _set(self, api: BotApi, drop: bool) -> None:
        _accepted(await registration.register(api, _kinds(), drop=drop))
        await self._info(api, drop)

    async def _delete(self, api: BotApi, drop: bool) -> None:
        _accepted(await api.call("deleteWebhook", {"drop_pending_updates": drop}, timeout=20))
        found = await _ask(api)
        self.stdout.write(f"No webhook any more; {found.pending} updates wait for whoever polls.")

    async def _info(self, api: BotApi, drop: bool) -> None:
        found = await _ask(api)
        self.stdout.write(f"url: {found.url or 'none: whoever polls gets the updates'}")
        self.stdout.write(f"pending: {found.pending}")
        self.stdout.write(f"connections: {found.max_connections}")
        last = found.last_error()
        if last and found.error_at:
            self.stdout.write(f"last error: {found.error_at:%F %T} UTC, {found.error}")
            self.stdout.write(f"  {last.sentence('en')}")
        wrong = found.problem(settings.TELEGRAM_WEBHOOK_URL, _kinds())
        if wrong:
            raise CommandError(wrong.sentence("en"), returncode=1)


def _kinds() -> tuple[str, ...]:
    """Every kind of update the bot wants, as polling asks for them."""
    from yabot.wiring import PARTS

    return tuple(PARTS.allowed_updates)


async def _ask(api: BotApi) -> Registration:
    answer = _accepted(await api.call("getWebhookInfo", {}, timeout=20))
    return Registration.read(dict(answer.result))


def _accepted(answer: Answer) -> Answer:
    if not answer.ok:
        raise CommandError(f"Telegram refused: {answer.code} {answer.description}", returncode=2)
    return answer
