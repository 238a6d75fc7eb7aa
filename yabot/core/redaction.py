"""Secrets never reach a log line, a row or a page."""

import logging
import re

_TOKEN = re.compile(r"(?<!\d)\d{3,}(?::|%3A)[\w-]{20,}")

_KEY = re.compile(r"yk_([0-9a-f]{12})_[\w-]{20,}")


def redact(text: str) -> str:
    """``text`` with every bot token and module key in it made unreadable; and fit for any database.

    No database keeps half a surrogate pair, and PostgreSQL no NUL: an error that quotes one could not be written down.
    """
    text = text.encode(errors="replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")
    return _KEY.sub(r"yk_\1_<secret>", _TOKEN.sub("<token>", text))


class RedactSecrets(logging.Filter):
    """A log filter that redacts the message, its arguments and the traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = redact(record.getMessage())
        record.args = None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = redact(record.exc_text)
        return True
