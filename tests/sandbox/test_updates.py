"""Updates: long polling with confirmation, the webhook, and what is left out by default."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.sandbox.callers import BotCaller, Refused


def kinds(updates):
    return [next(name for name in update if name != "update_id") for update in updates]


def test_updates_come_again_until_they_are_confirmed(bot, ana):
    first = bot("getUpdates")
    again = bot("getUpdates")

    assert [update["update_id"] for update in first] == [update["update_id"] for update in again]
    assert bot("getUpdates", offset=first[-1]["update_id"] + 1) == []


def test_a_limit_takes_the_oldest(bot, sandbox, ana):
    sandbox.say(ana, ana, "dos")

    assert [update["message"]["text"] for update in bot("getUpdates", limit=1)] == ["/start"]


def test_a_negative_offset_keeps_the_last(bot, sandbox, ana):
    sandbox.say(ana, ana, "dos")

    assert [update["message"]["text"] for update in bot("getUpdates", offset=-1)] == ["dos"]


def test_a_poll_waits_for_the_next_update(bot, sandbox, ana):
    bot("getUpdates", offset=bot("getUpdates")[-1]["update_id"] + 1)
    writer = threading.Timer(0.05, lambda: sandbox.say(ana, ana, "tarde"))
    writer.start()

    assert [update["message"]["text"] for update in bot("getUpdates", timeout=10)] == ["tarde"]


def test_a_second_poller_ends_the_first(server, bot, ana, sandbox):
    bot("getUpdates", offset=bot("getUpdates")[-1]["update_id"] + 1)
    problems = []

    def poll():
        with BotCaller(server) as first, pytest.raises(Refused) as refused:
            first("getUpdates", timeout=10)
        problems.append(refused.value.description)

    first = threading.Thread(target=poll)
    first.start()
    while not problems:
        bot("getUpdates", timeout=0)
        first.join(0.02)

    assert problems[0].startswith("Conflict: terminated by other getUpdates request")


def test_reactions_and_members_are_left_out_by_default(bot, sandbox, group, ana, luis):
    bot("getUpdates", offset=-1)
    said = sandbox.say(ana, group, "hola")

    sandbox.react(luis, group, said["message_id"], "❤")
    sandbox.leave(luis, group)

    assert "message_reaction" not in kinds(sandbox.updates())
    assert "chat_member" not in kinds(sandbox.updates())


def test_allowed_updates_are_remembered(bot, sandbox, group, luis):
    bot("getUpdates", allowed_updates=["chat_member"])
    bot("getUpdates")

    sandbox.leave(luis, group)

    assert kinds(sandbox.updates())[-1] == "chat_member"


def test_ids_go_on_after_a_reset(bot, sandbox, ana):
    before = sandbox.updates()[-1]["update_id"]
    said = sandbox.messages(ana)[-1]["message_id"]

    sandbox.reset()
    sandbox.add_user(ana)
    sandbox.start(ana)

    assert sandbox.updates()[0]["update_id"] > before
    assert sandbox.messages(ana)[0]["message_id"] > said


def test_a_raw_update_reaches_the_bot_as_it_is(bot, sandbox):
    sandbox.inject_update({"message": {"nonsense": True}})

    assert bot("getUpdates")[0]["message"] == {"nonsense": True}


def test_an_unanswered_press_may_come_again_under_a_new_id(sandbox, ana):
    first = sandbox.updates()[-1]["update_id"]

    sandbox.redeliver(first)

    one, two = sandbox.updates()[-2:]
    assert one["message"] == two["message"]
    assert one["update_id"] < two["update_id"]


def test_updates_may_come_twice_or_backwards(bot, sandbox, ana):
    sandbox.say(ana, ana, "dos")
    sandbox.fault("getUpdates", kind="duplicate_updates")
    sandbox.fault("getUpdates", kind="reorder_updates")

    assert [update["message"]["text"] for update in bot("getUpdates")] == ["/start", "/start", "dos", "dos"]
    assert [update["message"]["text"] for update in bot("getUpdates")] == ["dos", "/start"]


class Receiver(HTTPServer):
    """A bot's webhook: answers the given statuses in turn, then 200."""

    def __init__(self, *statuses):
        self.statuses = list(statuses)
        self.got = []
        self.full = threading.Semaphore(0)
        super().__init__(("127.0.0.1", 0), Hook)
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/hook"


class Hook(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.got.append((self.headers["X-Telegram-Bot-Api-Secret-Token"], body))
        self.send_response(self.server.statuses.pop(0) if self.server.statuses else 200)
        self.end_headers()
        self.server.full.release()

    def log_message(self, *_):
        pass


@pytest.fixture
def receiver():
    servers = []

    def start(*statuses):
        servers.append(Receiver(*statuses))
        return servers[-1]

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_webhook_gets_updates_with_its_secret(bot, sandbox, ana, receiver):
    hook = receiver()

    bot("setWebhook", url=hook.url, secret_token="clave")

    assert sandbox.wait_until_read()
    assert [(secret, body["message"]["text"]) for secret, body in hook.got] == [("clave", "/start")]


def test_a_webhook_that_fails_gets_the_update_again(bot, sandbox, ana, receiver):
    hook = receiver(500)

    bot("setWebhook", url=hook.url)

    assert sandbox.wait_until_read()
    assert len(hook.got) == 2
    assert hook.got[0] == hook.got[1]
    assert bot("getWebhookInfo")["last_error_message"].startswith("Wrong response from the webhook: 500")


def test_pending_updates_are_counted(bot, sandbox, ana):
    bot("setWebhook", url="http://127.0.0.1:9/hook")

    info = bot("getWebhookInfo")

    assert (info["url"], info["pending_update_count"]) == ("http://127.0.0.1:9/hook", 1)


def test_polling_beside_a_webhook_is_a_conflict(bot):
    bot("setWebhook", url="https://example.org/hook")

    with pytest.raises(Refused, match="409 Conflict: can't use getUpdates method while webhook is active"):
        bot("getUpdates")


def test_a_webhook_elsewhere_needs_https(bot):
    with pytest.raises(Refused, match="An HTTPS URL must be provided for webhook"):
        bot("setWebhook", url="http://example.org/hook")


def test_deleting_the_webhook_may_drop_what_waits(bot, sandbox, ana):
    bot("deleteWebhook", drop_pending_updates=True)

    assert sandbox.pending() == []


def test_a_slow_webhook_delivers_late_and_a_lost_answer_twice(bot, sandbox, ana, receiver):
    hook = receiver()
    sandbox.fault("webhook", kind="delay", delay=0.05)
    sandbox.fault("webhook", kind="drop_after")

    bot("setWebhook", url=hook.url)
    sandbox.say(ana, ana, "dos")

    assert sandbox.wait_until_read()
    assert sorted(body["message"]["text"] for _, body in hook.got) == ["/start", "dos", "dos"]
