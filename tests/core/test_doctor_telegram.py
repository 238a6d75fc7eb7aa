"""The doctor asks a simulated Telegram: token, clock, webhook, and the bot's rights in every chat."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.core.test_doctor import LONG, ask
from tests.factories import core as factories
from yabot.core import checks, clock
from yabot.core.doctor import telegram as examination
from yabot.core.doctor.diagnosis import Diagnosis, Level
from yabot.core.models import BotStatus, TelegramChat
from yabot.sandbox.client import SandboxClient
from yabot.sandbox.server import SandboxServer

TOKEN = "4242:sandbox-demo-token-for-yabot-only-000000"
KINDS = ("message", "message_reaction")


@pytest.fixture
def telegram(settings: Any) -> Iterator[SandboxClient]:
    """A simulated Telegram that the settings point at."""
    with SandboxServer(token=TOKEN) as server:
        settings.TELEGRAM_TOKEN, settings.TELEGRAM_API_URL = TOKEN, server.api_url
        yield server.client


def examine(*chats: TelegramChat) -> dict[str, Diagnosis]:
    return {diagnosis.part: diagnosis for diagnosis in examination.examine(chats, KINDS)}


def chat(given: Any, type: str) -> TelegramChat:
    """A chat the bot remembers, not saved."""
    return TelegramChat(
        id=given["id"], type=type, title=given.get("title") or "Café", bot_status=BotStatus.ADMINISTRATOR
    )


@pytest.fixture
def places(telegram: SandboxClient) -> dict[str, TelegramChat]:
    """A group and a channel the bot administers."""
    ana = telegram.add_user(1001, "Ana")["id"]
    group = telegram.add_group("Café", [ana], owner=ana)
    channel = telegram.add_channel("Susurros", [ana], owner=ana)
    return {"group": chat(group, "supergroup"), "channel": chat(channel, "channel")}


def test_all_is_well(telegram: SandboxClient, places: dict[str, TelegramChat]) -> None:
    found = examine(*places.values())

    assert {part: one.level for part, one in found.items()} == dict.fromkeys(
        ("token", "clock", "updates", "chats"), Level.OK
    )
    assert found["token"].what.startswith("El token es de @")
    assert found["chats"].what.endswith(": 2.")


def test_without_a_token_nobody_is_asked(settings: Any) -> None:
    settings.TELEGRAM_TOKEN = ""

    assert examine() == {}


def test_a_token_nobody_knows_says_where_to_get_one(telegram: SandboxClient, settings: Any) -> None:
    settings.TELEGRAM_TOKEN = "4242:another-token-that-nobody-knows-000000000"

    found = examine()

    assert found["token"].level is Level.BROKEN
    assert "@BotFather" in found["token"].cure


def test_a_telegram_that_cannot_be_reached_is_one_line_without_the_token(settings: Any) -> None:
    settings.TELEGRAM_TOKEN, settings.TELEGRAM_API_URL = TOKEN, "http://127.0.0.1:1/bot"

    (found,) = examine().values()

    assert (found.part, found.level) == ("telegram", Level.BROKEN)
    assert TOKEN not in found.what


def test_telegram_may_refuse_for_a_while(telegram: SandboxClient) -> None:
    telegram.fault("getMe", status=502, description="Bad Gateway")

    assert examine()["token"].cure == "Espera unos minutos y vuelve a mirar."


def bot_id() -> int:
    return int(TOKEN.partition(":")[0])


def test_a_bot_that_is_no_administrator_sees_no_reactions(
    telegram: SandboxClient, places: dict[str, TelegramChat]
) -> None:
    telegram.set_status(places["group"].pk, bot_id(), "member")
    places["group"].bot_status = BotStatus.MEMBER

    found = examine(*places.values())

    assert found[f"chat {places['group'].pk}"].level is Level.BROKEN
    assert "no ve las reacciones" in found[f"chat {places['group'].pk}"].what
    assert found["privacy"].level is Level.WARNING
    assert found["chats"].what.endswith(": 1.")


def test_a_right_that_is_missing_is_named(telegram: SandboxClient, places: dict[str, TelegramChat]) -> None:
    denied = ["can_delete_messages", "can_invite_users"]
    telegram.set_status(places["channel"].pk, bot_id(), "administrator", denied=denied)

    found = examine(*places.values())[f"chat {places['channel'].pk}"]

    assert (found.level, found.what.rpartition(": ")[2]) == (Level.WARNING, "borrar, invitar.")


def test_a_place_the_bot_was_removed_from_is_named(telegram: SandboxClient, places: dict[str, TelegramChat]) -> None:
    telegram.set_status(places["group"].pk, bot_id(), "kicked")

    assert examine(places["group"])[f"chat {places['group'].pk}"].level is Level.WARNING


def test_a_webhook_nobody_wants_keeps_updates_away(telegram: SandboxClient, settings: Any) -> None:
    settings.TELEGRAM_WEBHOOK_URL = "https://yabot.example/telegram/webhook/"

    found = examine()["updates"]

    assert (found.level, "manage.py webhook set" in found.what) == (Level.BROKEN, True)


class _Clockmaker(BaseHTTPRequestHandler):
    """A Bot API whose clock is wrong."""

    ahead = timedelta()

    def do_GET(self) -> None:
        self.do_POST()

    def do_POST(self) -> None:
        name = self.path.rpartition("/")[2]
        result: dict[str, Any] = {"id": 4242, "username": "TarumbaBot", "can_join_groups": False}
        if name == "getWebhookInfo":
            result = {"url": "", "pending_update_count": 5000}
        body = json.dumps({"ok": True, "result": result}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def date_time_string(self, timestamp: float | None = None) -> str:
        return format_datetime(clock.now() + self.ahead, usegmt=True)

    def log_message(self, *_: Any) -> None:
        """Silent."""


@pytest.fixture
def clockmaker(settings: Any) -> Iterator[type[_Clockmaker]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Clockmaker)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.TELEGRAM_TOKEN = TOKEN
    settings.TELEGRAM_API_URL = f"http://127.0.0.1:{server.server_address[1]}/bot"
    yield _Clockmaker
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(("minutes", "level"), [(0, Level.OK), (1, Level.WARNING), (-10, Level.BROKEN)])
def test_a_clock_that_is_wrong_is_noticed(
    clockmaker: type[_Clockmaker], monkeypatch: pytest.MonkeyPatch, minutes: int, level: Level
) -> None:
    monkeypatch.setattr(clockmaker, "ahead", timedelta(minutes=minutes))

    assert examine()["clock"].level is level


def test_updates_that_pile_up_and_closed_groups_are_named(clockmaker: type[_Clockmaker]) -> None:
    found = [diagnosis for diagnosis in examination.examine([], KINDS) if diagnosis.level is Level.WARNING]

    assert {diagnosis.part for diagnosis in found} == {"updates", "groups"}
    assert "5000" in next(diagnosis.what for diagnosis in found if diagnosis.part == "updates")


@pytest.mark.django_db(transaction=True)
def test_the_command_is_content_with_a_good_installation(
    telegram: SandboxClient, places: dict[str, TelegramChat], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "PRAGMAS", {"journal_mode": "wal"})  # tests do not wait for the disk
    settings.SECRET_KEY = LONG
    for place in places.values():
        factories.TelegramChatFactory(id=place.pk, type=place.type, bot_status=BotStatus.ADMINISTRATOR)
    factories.TelegramChatFactory(id=-100999, bot_status=BotStatus.LEFT)

    code, said = ask("--json", "--language", "es")

    told = json.loads(said)
    assert [one for one in told["findings"] if one["level"] == "broken"] == []
    assert (code, told["ok"]) == (0, True)
    assert "canales donde el bot puede todo lo que necesita: 2." in said
