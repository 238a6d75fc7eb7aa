"""Updates by webhook: a real web process stores them, a real bot works on them; nothing is lost, nothing doubled."""

import json
import re
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests import engine
from tests.flows.conftest import BotProcess
from tests.flows.full_disk import FullDisk
from tests.flows.ledger_audit import Audit
from tests.flows.test_faults import HEALED, READERS, WRITE, Crowd, check_everything
from tests.flows.web import SECRET, WebProcess
from tests.template import migrated_database
from yabot.sandbox.client_records import words
from yabot.sandbox.server import SandboxServer

pytestmark = [pytest.mark.fault, pytest.mark.timeout(240 + 2 * HEALED)]


@pytest.fixture
def written() -> str:
    return WRITE


@pytest.fixture
def crowd(sandbox, web, webhook) -> Crowd:
    """Readers whose /start is stored: Telegram calls for many updates at once, and no one is paid who has not begun."""
    crowd = Crowd(sandbox)
    web.start()
    assert sandbox.wait_until_read(timeout=HEALED)
    web.end()
    return crowd


def update(number: int, **fields: object) -> bytes:
    return json.dumps({"update_id": number, **fields}).encode()


def stored(audit: Audit) -> int:
    return audit.one("SELECT count(*) FROM core_inboundupdate")


def is_cut(web: WebProcess, body: Any) -> bool:
    """Whether a body is refused as too large; the connection may end while it is still being sent."""
    try:
        return web.post(body, X_Telegram_Bot_Api_Secret_Token=SECRET).status == 413
    except (BrokenPipeError, ConnectionResetError):
        return True


def test_only_telegram_is_let_in_and_only_updates_are_kept(web, audit):
    web.start()
    fine = update(1, message={"text": "hola"})

    assert [web.told(fine, "wrong"), web.told(fine, SECRET.lower()), web.post(fine).status] == [403, 403, 403]
    assert web.post(fine, method="GET", X_Telegram_Bot_Api_Secret_Token=SECRET).status == 405
    shapes = [b"", b"hello", b"[]", b"{}", b'{"update_id": "1"}', b'{"update_id": true}', update(-1), b"[" * 9999]
    for rubbish in shapes:
        assert web.told(rubbish) == 400
    assert web.told(update(2**63)) == 400
    assert is_cut(web, b"x" * 1_000_001)
    assert stored(audit) == 0

    assert web.told(fine) == 200
    assert stored(audit) == 1


def test_a_body_without_a_length_is_cut_at_the_limit(web, audit):
    web.start()

    def endless():
        for _ in range(200):
            yield b"x" * 10_000

    assert is_cut(web, endless())
    assert stored(audit) == 0


def test_without_a_webhook_in_the_settings_there_is_no_such_address(web, audit):
    web.start(TELEGRAM_WEBHOOK_URL="")

    assert web.told(update(1, message={})) == 404
    assert stored(audit) == 0


def test_a_thousand_copies_of_ten_updates_are_ten_rows(web, audit):
    web.start(workers=2)
    copies = [update(number % 10, message={"text": "x"}) for number in range(1000)]

    with ThreadPoolExecutor(16) as posts:
        told = set(posts.map(web.told, copies))

    assert told == {200}
    assert stored(audit) == 10


def test_a_thousand_reactions_through_two_web_processes_are_paid_once(sandbox, crowd, web, bot_process, audit, until):
    web.start(workers=2)
    bot_process.start()

    sandbox.fault("webhook", kind="duplicate_updates", count=50)
    crowd.react(rounds=-(-1000 // READERS))
    assert sandbox.wait_until_read(timeout=HEALED)
    until(lambda: audit.waiting() == 0, HEALED)

    assert len(crowd.reactions) >= 1000
    check_everything(crowd, audit, bot_process)
    assert bot_process.terminate() == 0


def test_ended_between_commit_and_answer_the_update_counts_once(sandbox, crowd, web, bot_process, audit, until):
    web.start(YABOT_CRASH_AT="after_webhook_commit:1", DEBUG="1")
    bot_process.start()
    crowd.react(2)
    assert web.wait() == 137
    assert stored(audit) > 0

    web.start()
    assert sandbox.wait_until_read(timeout=HEALED)
    until(lambda: audit.waiting() == 0, HEALED)

    check_everything(crowd, audit, bot_process)


def test_web_and_bot_are_killed_in_turn_and_nothing_is_lost(sandbox, crowd, web, bot_process, audit, until):
    for number in range(6):
        web.start()
        bot_process.start()
        stream = threading.Thread(target=crowd.react)
        stream.start()
        threading.Event().wait(0.1 * number)
        bot_process.kill()
        web.end(signal.SIGKILL)
        stream.join()
    web.start()
    bot_process.start()
    assert sandbox.wait_until_read(timeout=HEALED)
    until(lambda: audit.waiting() == 0, HEALED)

    check_everything(crowd, audit, bot_process)


def test_what_came_while_the_bot_was_off_is_worked_off_when_it_starts(sandbox, crowd, web, bot_process, audit, until):
    web.start()
    crowd.react(3)
    assert sandbox.wait_until_read(timeout=HEALED)
    assert audit.one("SELECT count(*) FROM core_inboundupdate WHERE state = 0") >= 3 * READERS

    bot_process.start()
    until(lambda: audit.waiting() == 0, HEALED)

    check_everything(crowd, audit, bot_process)


DEMO = """
from yabot.demo import loading
loading.load()
"""
POST = "Esta noche hay luz"


def play(server: SandboxServer, bot: BotProcess) -> dict[int, list[str]]:
    """The demo's story as two readers live it; what each of them was told."""
    from yabot.demo import story as demo

    world = server.client
    readers = (1001, 1003)
    for reader in readers:
        world.start(reader)
        world.wait_for_message(reader, "Lucien")
    post = world.wait_for_message(demo.CHANNEL, POST)["message_id"]
    world.press(1001, demo.CHANNEL, post, "❤️")
    world.wait_for_message(1001, "La vela del pasillo")
    said = [world.say(1002, -1001000000001, f"Hola {number}")["message_id"] for number in range(3)]
    for message in said:
        world.react(1001, -1001000000001, message, "❤")
    world.wait_for_message(1001, "La carta sin remite", timeout=HEALED)
    for reader in (1000, 1001, 1002):
        world.react(reader, demo.CHANNEL, post, "❤")
    for reader in readers:
        world.wait_for_message(reader, "jardín" if reader == 1001 else "garden")
    return {reader: sorted(words(m) for m in world.messages(reader) if m["from"]["is_bot"]) for reader in readers}


def test_the_demos_story_by_webhook_says_what_it_says_by_polling(bot_process, telegram, web, tmp_path):
    told = {}
    for mode in ("polling", "webhook"):
        telegram.client.reset("demo")
        bot_process.environment |= {"SANDBOX_ENABLED": "1", "DEBUG": "1", "VAR_DIR": str(tmp_path / mode)}
        bot_process.environment["DATABASE_URL"] = migrated_database(tmp_path, mode)
        bot_process.environment["TELEGRAM_WEBHOOK_URL"] = web.url if mode == "webhook" else ""
        done = bot_process.manage("loaddemo")
        assert done.returncode == 0, done.stderr
        if mode == "webhook":
            web.start()
            assert bot_process.manage("webhook", "set").returncode == 0
        bot_process.start()
        told[mode] = play(telegram, bot_process)
        assert bot_process.terminate() == 0

    assert told["webhook"] == told["polling"]
    assert re.search("vela", str(told["polling"]))


@engine.sqlite_only
def test_readers_are_told_at_once_when_the_database_is_away(web, bot_process, sandbox, webhook, audit, until):
    """As on a full disk: neither process can write. Telegram keeps the update, and the reader knows."""
    web.start()
    bot_process.start()
    ana = sandbox.add_user(first_name="Ana")["id"]
    sandbox.start(ana)
    sandbox.wait_for_message(ana, "bienvenida")
    until(lambda: audit.waiting() == 0)
    with FullDisk(web.process.pid), FullDisk(bot_process.process.pid):
        sandbox.say(ana, ana, "/saldo")
        told = sandbox.wait_for_message(ana, "Servicio no disponible ahora mismo", timeout=15)
        assert told["text"].endswith("Código SVC001.")

    sandbox.wait_for_message(ana, "Tienes", timeout=HEALED)
    assert sum("Servicio no disponible" in words(message) for message in sandbox.messages(ana)) == 1
