"""Makes one call of the outbox, once, and says what its answer means. Knows neither Django nor the database."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from yabot.core.redaction import redact
from yabot.core.telegram.client import Answer, BotApi, Doubtful, NotDelivered
from yabot.core.telegram.outcome import Claimed, Outcome, Result

FILE = "file:"
_HARMLESS = ("message is not modified",)
_GONE = (
    "bot was blocked",
    "user is deactivated",
    "bot can't initiate conversation",
    "chat not found",
    "bot was kicked",
)


async def perform(api: BotApi, message: Claimed, files: Mapping[str, str], media: Path) -> Result:
    """Make the call; always says what became of it. Files below ``media`` go out unless ``files`` knows their file_id.

    A message whose parameters cannot be read is refused for good. After an error that nobody foresaw it is not known
    whether Telegram has the message.
    """
    try:
        params = message.params()
        uploads = _prepare(params, files, media)
    except Exception as error:  # noqa: BLE001 - whatever stands in the row: nothing was called
        return Result(message, Outcome.NEVER, error=f"the message cannot be read: {type(error).__name__}")
    try:
        answer = await api.call(message.method, params, files=uploads or None)
    except NotDelivered as error:
        return Result(message, Outcome.LATER, error=str(error))
    except Doubtful as error:
        return Result(message, Outcome.UNKNOWN, error=str(error))
    except OSError as error:
        return Result(message, Outcome.NEVER, error=f"the file cannot be read: {error.strerror}")
    except Exception as error:  # noqa: BLE001 - a message without an outcome would wait for the end of its process
        return Result(message, Outcome.UNKNOWN, error=redact(f"{type(error).__name__}: {error}"))
    return judge(message, answer, {name: path.relative_to(media).as_posix() for name, path in uploads.items()})


def _prepare(params: dict[str, Any], files: Mapping[str, str], media: Path) -> dict[str, Path]:
    """Put file_ids where they are known; returns what has to be uploaded."""
    uploads: dict[str, Path] = {}
    for name, value in params.items():
        if isinstance(value, str) and value.startswith(FILE) and name != "text":
            path = value.removeprefix(FILE)
            if path in files:
                params[name] = files[path]
            else:
                uploads[name] = media / path
    return uploads


def judge(message: Claimed, answer: Answer, uploads: Mapping[str, str] | None = None) -> Result:
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


def _sent(message: Claimed, answer: Answer, uploads: Mapping[str, str]) -> Result:
    result = answer.result if isinstance(answer.result, dict) else {}
    names = tuple((path, file_id) for name, path in uploads.items() if (file_id := _file_id(result, name)))
    return Result(message, Outcome.SENT, message_id=result.get("message_id"), uploaded=names)


def _file_id(message: Mapping[str, Any], name: str) -> str | None:
    media = message.get(name)
    if isinstance(media, list) and media:
        media = media[-1]  # a photo's largest size
    return media.get("file_id") if isinstance(media, dict) else None
