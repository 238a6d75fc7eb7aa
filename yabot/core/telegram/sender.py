"""Makes the outbox's calls: one try each, in parallel between chats, one at a time within a chat."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from yabot.core import faults
from yabot.core.telegram.budget import RateBudget
from yabot.core.telegram.client import Answer, BotApi, Doubtful, NotDelivered
from yabot.core.telegram.outbox import Claimed, Outcome, Result, params_of

FILE = "file:"
_HARMLESS = ("message is not modified",)
_GONE = (
    "bot was blocked",
    "user is deactivated",
    "bot can't initiate conversation",
    "chat not found",
    "bot was kicked",
)


class Sender:
    """Sends claimed messages and reports each outcome. Lives on the event loop; ``busy`` may be read anywhere."""

    def __init__(
        self, api: BotApi, budget: RateBudget, report: Callable[[Result], object], *, width: int = 200
    ) -> None:
        self._api = api
        self._budget = budget
        self._report = report
        self._width = width
        self._tasks: set[asyncio.Task[None]] = set()
        self.busy: set[int] = set()

    def room(self) -> int:
        """How many more messages may be claimed now."""
        return min(self._width - len(self.busy), self._budget.room())

    def wait(self) -> float:
        """Seconds until the budget lets something go that it holds back now."""
        wait = self._budget.wait()
        return 1.0 if wait is None else wait

    def resting(self) -> set[int]:
        """The chats no message may be claimed for: paused ones and those being written to."""
        return {*self._budget.resting(), *self.busy.copy()}

    def reserve(self, claimed: list[Claimed]) -> None:
        """Note that these go now. Called where they were claimed, before the loop hears of them."""
        for message in claimed:
            self._budget.spend(message.chat_id)
            self.busy.add(message.chat_id)

    def submit(self, claimed: list[Claimed], files: Mapping[str, str]) -> None:
        """Send them. On the loop's thread."""
        for message in claimed:
            task = asyncio.create_task(self._send(message, files))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def drain(self, seconds: float) -> None:
        """Wait until everything under way has an outcome; what has none after ``seconds`` is unknown."""
        if self._tasks:
            _done, late = await asyncio.wait(self._tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _send(self, message: Claimed, files: Mapping[str, str]) -> None:
        result = Result(message, Outcome.UNKNOWN, error="the process was stopped while sending")
        try:
            faults.point("after_message_claim")
            result = await self._try(message, files)
            faults.point("after_send")
        finally:
            if result.retry_after:
                self._budget.pause(message.chat_id, result.retry_after)
            self._report(result)
            self.busy.discard(message.chat_id)

    async def _try(self, message: Claimed, files: Mapping[str, str]) -> Result:
        params = params_of(message)
        uploads = _prepare(params, files)
        try:
            answer = await self._api.call(message.method, params, files=uploads or None)
        except NotDelivered as error:
            return Result(message, Outcome.LATER, error=str(error))
        except Doubtful as error:
            return Result(message, Outcome.UNKNOWN, error=str(error))
        except OSError as error:
            return Result(message, Outcome.NEVER, error=f"the file cannot be read: {error.strerror}")
        return judge(message, answer, uploads)


def _prepare(params: dict[str, Any], files: Mapping[str, str]) -> dict[str, Path]:
    """Put file_ids where they are known; returns what has to be uploaded."""
    uploads: dict[str, Path] = {}
    for name, value in params.items():
        if isinstance(value, str) and value.startswith(FILE):
            path = value.removeprefix(FILE)
            if path in files:
                params[name] = files[path]
            else:
                uploads[name] = Path(settings.MEDIA_ROOT) / path
    return uploads


def judge(message: Claimed, answer: Answer, uploads: Mapping[str, Path] | None = None) -> Result:
    """What an answer means for its message.

    429 and 5xx answers of the Bot API itself say "not now"; 403 that the person does not want the bot; other refusals
    are final. "message is not modified" means that it already is as wanted.
    """
    text = f"{answer.code} {answer.description}"
    if answer.ok or any(part in answer.description for part in _HARMLESS):
        return _sent(message, answer, uploads or {})
    if answer.migrate_to:
        return Result(message, Outcome.MOVED, error=text, moved_to=answer.migrate_to)
    if answer.code == 429 or answer.code >= 500:
        return Result(message, Outcome.LATER, error=text, retry_after=answer.retry_after)
    if answer.code == 403 or any(part in answer.description for part in _GONE):
        return Result(message, Outcome.BLOCKED, error=text)
    if answer.code in {401, 404}:  # a revoked token or a server that is not the Bot API: nobody heard it
        return Result(message, Outcome.LATER, error=text)
    return Result(message, Outcome.NEVER, error=text)


def _sent(message: Claimed, answer: Answer, uploads: Mapping[str, Path]) -> Result:
    result = answer.result if isinstance(answer.result, dict) else {}
    names = tuple((_relative(path), file_id) for name, path in uploads.items() if (file_id := _file_id(result, name)))
    return Result(message, Outcome.SENT, message_id=result.get("message_id"), uploaded=names)


def _relative(path: Path) -> str:
    return path.relative_to(settings.MEDIA_ROOT).as_posix()


def _file_id(message: Mapping[str, Any], name: str) -> str | None:
    media = message.get(name)
    if isinstance(media, list) and media:
        media = media[-1]  # a photo's largest size
    return media.get("file_id") if isinstance(media, dict) else None
