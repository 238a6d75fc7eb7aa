"""What Telegram says about the webhook, in words a person can act on."""

import asyncio
from datetime import timedelta

import pytest

from yabot.core import clock
from yabot.core.health import Beat
from yabot.core.telegram import registration
from yabot.core.telegram.client import Answer, NotDelivered
from yabot.core.telegram.registration import SENTENCES, Registration, Watch, said

URL = "https://yabot.example/telegram/webhook/"
KINDS = ("message", "message_reaction")
GOOD = {"url": URL, "pending_update_count": 3, "max_connections": 40, "allowed_updates": list(KINDS)}


def problem(wanted: str = URL, **info: object) -> str | None:
    found = Registration.read({**GOOD, **info}).problem(wanted, KINDS)
    return found.code if found else None


def seconds_ago(seconds: float) -> int:
    return int((clock.now() - timedelta(seconds=seconds)).timestamp())


def test_a_webhook_that_is_ours_and_works_has_no_problem():
    assert problem() is None
    assert problem(wanted="", url="") is None


@pytest.mark.parametrize(
    ("info", "code"),
    [
        ({"url": ""}, "not_set"),
        ({"url": "https://other.example/"}, "elsewhere"),
        ({"allowed_updates": ["message"]}, "kinds"),
        ({"allowed_updates": None}, "kinds"),
    ],
)
def test_a_webhook_that_is_not_as_we_want_it_is_named(info, code):
    assert problem(**info) == code


def test_a_webhook_is_a_problem_for_whoever_polls():
    assert problem(wanted="") == "unwanted"


def test_an_error_counts_while_it_is_fresh_and_something_waits():
    error = {"last_error_message": "Wrong response from the webhook: 502 Bad Gateway"}

    assert problem(**error, last_error_date=seconds_ago(10)) == "server"
    assert problem(**error, last_error_date=seconds_ago(10), pending_update_count=0) is None
    assert problem(**error, last_error_date=seconds_ago(600)) is None


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("Wrong response from the webhook: 403 Forbidden", "secret"),
        ("Wrong response from the webhook: 404 Not Found", "not_found"),
        ("Wrong response from the webhook: 301 Moved Permanently", "redirect"),
        ("Wrong response from the webhook: 503 Service Unavailable", "server"),
        ("SSL error {error:0A000086:SSL routines::certificate verify failed}", "certificate"),
        ("Connection refused", "refused"),
        ("Connection timed out", "slow"),
        ("Read timeout expired", "slow"),
        ("Failed to resolve host: Name or service not known", "name"),
        ("Something new", "other"),
    ],
)
def test_telegrams_words_become_something_to_do(error, code):
    assert said(error).code == code


@pytest.mark.parametrize("code", SENTENCES)
def test_every_problem_is_told_in_both_languages(code):
    spanish, english = (registration.Problem(code, "detail").sentence(language) for language in ("es", "en"))

    assert spanish != english
    assert "{" not in spanish + english


class FakeApi:
    """Answers in a fixed order, then never again."""

    def __init__(self, *answers: object) -> None:
        self._answers = list(answers)

    async def call(self, method: str, params: dict[str, object], *, timeout: float) -> Answer:
        if not self._answers:
            await asyncio.Event().wait()
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


async def test_the_watch_tells_how_it_is_each_time(settings, monkeypatch, caplog):
    settings.TELEGRAM_WEBHOOK_URL = URL
    monkeypatch.setattr(registration, "WATCH_SECONDS", 0)
    beats: list[Beat] = []
    answers = [
        Answer(True, GOOD),
        NotDelivered("no route"),
        Answer(False, None, 502, "Bad Gateway"),
        Answer(True, {**GOOD, "url": ""}),
        Answer(True, GOOD),
    ]
    task = asyncio.create_task(Watch(FakeApi(*answers), beats.append, KINDS).run())  # type: ignore[arg-type]
    while len(beats) < len(answers):
        await asyncio.sleep(0)
    task.cancel()

    assert [beat.good for beat in beats] == [True, False, False, False, True]
    assert "webhook set" in beats[3].detail
    assert len(caplog.records) == 4
