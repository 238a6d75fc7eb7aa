"""The commands that set, delete and describe a webhook: what they do, and the sentence for what went wrong."""

import pytest

from tests.flows.conftest import TOKEN
from tests.flows.web import SECRET

pytestmark = [pytest.mark.fault, pytest.mark.timeout(240)]


def test_a_bot_that_polls_beside_a_webhook_ends_with_one_sentence(sandbox, telegram, bot_process, web, webhook):
    bot_process.environment["TELEGRAM_WEBHOOK_URL"] = ""

    done = bot_process.manage("runbot")

    assert done.returncode == 2
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("Telegram sends this bot's updates to a webhook, so polling gets none: run")
    assert sandbox.call("webhook")["url"] == web.url


def test_the_webhook_is_set_and_deleted_and_what_waits_is_told(sandbox, web, bot_process, webhook):
    assert bot_process.manage("webhook", "info").returncode == 0
    assert "message_reaction" in sandbox.call("webhook")["allowed_updates"]
    sandbox.start(sandbox.add_user()["id"])

    kept = bot_process.manage("webhook", "delete")
    again = bot_process.manage("webhook", "info")
    dropped = bot_process.manage("webhook", "delete", "--drop")

    assert kept.stdout.strip() == "No webhook any more; 1 updates wait for whoever polls."
    assert (again.returncode, "run `manage.py webhook set`" in again.stderr) == (1, True)
    assert dropped.stdout.strip() == "No webhook any more; 0 updates wait for whoever polls."


@pytest.mark.parametrize(
    ("secret", "starts", "words_"),
    [("another_secret", True, "YABOT refused the secret"), (SECRET, False, "Nobody listens at that address")],
)
def test_what_went_wrong_last_is_told_in_plain_words(sandbox, web, bot_process, until, webhook, secret, starts, words_):
    if starts:
        web.start(TELEGRAM_WEBHOOK_SECRET=secret)
    sandbox.start(sandbox.add_user()["id"])
    until(lambda: "last_error_message" in sandbox.call("webhook"))

    told = bot_process.manage("webhook", "info")

    assert told.returncode == 1
    assert "pending: 1" in told.stdout
    assert words_ in told.stdout and words_ in told.stderr


@pytest.mark.parametrize(
    ("variables", "code", "words_"),
    [
        ({"TELEGRAM_WEBHOOK_URL": ""}, 2, "TELEGRAM_WEBHOOK_URL is not set"),
        ({"TELEGRAM_TOKEN": ""}, 2, "TELEGRAM_TOKEN is not set"),
        ({"TELEGRAM_API_URL": "http://127.0.0.1:9/bot"}, 2, "Telegram cannot be reached"),
        ({"TELEGRAM_WEBHOOK_URL": "http://yabot.example/telegram/webhook/"}, 1, "yabot.E041"),
        ({"TELEGRAM_WEBHOOK_SECRET": "ñ"}, 1, "yabot.E042"),
        ({"TELEGRAM_WEBHOOK_SECRET": ""}, 1, "yabot.E042"),
    ],
)
def test_a_webhook_that_cannot_work_is_not_set(sandbox, bot_process, web, variables, code, words_):
    bot_process.environment |= variables

    done = bot_process.manage("webhook", "set")

    assert done.returncode == code
    assert words_ in done.stderr
    assert TOKEN not in done.stderr
    assert sandbox.call("webhook")["url"] == ""


def test_telegrams_refusal_is_told(sandbox, bot_process, web):
    sandbox.fault("setWebhook", status=400, description="Bad Request: bad webhook: IP address is reserved")

    done = bot_process.manage("webhook", "set")

    assert (done.returncode, "IP address is reserved" in done.stderr) == (2, True)
