"""The commands that set, delete and describe a webhook: what they do, and the sentence for what went wrong."""

from dataclasses import dataclass
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from tests.flows.conftest import TOKEN, last_line
from tests.flows.web import SECRET

pytestmark = [pytest.mark.fault, pytest.mark.timeout(240)]


def test_a_bot_that_polls_beside_a_webhook_ends_with_one_sentence(sandbox, telegram, bot_process, web, webhook):
    bot_process.environment["TELEGRAM_WEBHOOK_URL"] = ""

    done = bot_process.manage("runbot")

    assert done.returncode == 2
    last = last_line(done.stderr)
    assert last.startswith("Telegram sends this bot's updates to a webhook, so polling gets none: run")
    assert sandbox.call("webhook")["url"] == web.url


@dataclass(frozen=True)
class Done:
    """How the command ended."""

    code: int
    said: str
    refused: str = ""


def webhook_command(*arguments: str) -> Done:
    """Run it in this process."""
    said = StringIO()
    try:
        call_command("webhook", *arguments, stdout=said)
    except CommandError as error:
        return Done(error.returncode, said.getvalue(), str(error))
    return Done(0, said.getvalue())


@pytest.fixture
def here(bot_settings, web):
    """This process knows the bot and its webhook, too."""
    bot_settings.TELEGRAM_WEBHOOK_URL, bot_settings.TELEGRAM_WEBHOOK_SECRET = web.url, SECRET
    return bot_settings


def test_the_webhook_is_set_and_deleted_and_what_waits_is_told(sandbox, here):
    assert webhook_command("set").code == 0
    assert webhook_command("info").code == 0
    assert "message_reaction" in sandbox.call("webhook")["allowed_updates"]
    sandbox.start(sandbox.add_user()["id"])

    kept, again, dropped = (webhook_command(*words.split()) for words in ("delete", "info", "delete --drop"))

    assert kept.said.strip() == "No webhook any more; 1 updates wait for whoever polls."
    assert (again.code, "run `manage.py webhook set`" in again.refused) == (1, True)
    assert dropped.said.strip() == "No webhook any more; 0 updates wait for whoever polls."


@pytest.mark.parametrize(
    ("secret", "starts", "words_"),
    [("another_secret", True, "YABOT refused the secret"), (SECRET, False, "Nobody listens at that address")],
)
def test_what_went_wrong_last_is_told_in_plain_words(sandbox, web, here, until, secret, starts, words_):
    assert webhook_command("set").code == 0
    if starts:
        web.start(TELEGRAM_WEBHOOK_SECRET=secret)
    sandbox.start(sandbox.add_user()["id"])
    until(lambda: "last_error_message" in sandbox.call("webhook"))

    told = webhook_command("info")

    assert told.code == 1
    assert "pending: 1" in told.said
    assert words_ in told.said and words_ in told.refused


@pytest.mark.parametrize(
    ("name", "value", "words_"),
    [
        ("TELEGRAM_WEBHOOK_URL", "", "TELEGRAM_WEBHOOK_URL is not set"),
        ("TELEGRAM_TOKEN", "", "TELEGRAM_TOKEN is not set"),
        ("TELEGRAM_API_URL", "http://127.0.0.1:9/bot", "Telegram cannot be reached"),
    ],
)
def test_a_webhook_without_all_it_needs_is_not_set(sandbox, here, name, value, words_):
    setattr(here, name, value)

    done = webhook_command("set")

    assert (done.code, words_ in done.refused, TOKEN in done.refused) == (2, True, False)
    assert sandbox.call("webhook")["url"] == ""


@pytest.mark.parametrize(
    ("variables", "check"),
    [
        ({"TELEGRAM_WEBHOOK_URL": "http://yabot.example/telegram/webhook/"}, "yabot.E041"),
        ({"TELEGRAM_WEBHOOK_SECRET": "ñ"}, "yabot.E042"),
        ({"TELEGRAM_WEBHOOK_SECRET": ""}, "yabot.E042"),
    ],
)
def test_a_webhook_that_cannot_work_is_not_set(sandbox, bot_process, web, variables, check):
    bot_process.environment |= variables

    done = bot_process.manage("webhook", "set")

    assert (done.returncode, check in done.stderr, TOKEN in done.stderr) == (1, True, False)
    assert sandbox.call("webhook")["url"] == ""


def test_telegrams_refusal_is_told(sandbox, here):
    sandbox.fault("setWebhook", status=400, description="Bad Request: bad webhook: IP address is reserved")

    done = webhook_command("set")

    assert (done.code, "IP address is reserved" in done.refused) == (2, True)
