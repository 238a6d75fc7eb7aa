"""How a log line looks: one line for people, or one JSON object for machines. Both carry the chain's id.

structlog renders the records of Python's own ``logging``, so that a library's lines look like ours. It is loaded with
the first line that is written (or by ``prepare``), because it costs more than everything else ``runbot`` starts with.
"""

import logging
from collections.abc import Callable, MutableMapping
from typing import Any

from yabot.core import correlation
from yabot.core.redaction import redact

FORMATS = ("line", "json")
Fields = MutableMapping[str, Any]
_SHOWN = ("correlation_id", "event_id", "update_id")  # a line's own fields are in its words already


class Formatter(logging.Formatter):
    """Renders records as ``line`` or ``json``, with the ids of the chain, the event and the update they belong to."""

    def __init__(self, style: str) -> None:
        super().__init__()
        self._form = style
        self._inner: logging.Formatter | None = None

    def prepare(self) -> None:
        """Load what rendering needs, so that no line has to wait for it."""
        if self._inner is None:
            self._inner = _build(self._form)

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line (a traceback adds its own in the ``line`` format)."""
        self.prepare()
        assert self._inner is not None
        return redact(self._inner.format(record))


def prepare() -> None:
    """Load what the formatters of this process need."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler.formatter, Formatter):
            handler.formatter.prepare()


def _build(style: str) -> logging.Formatter:
    from structlog.processors import ExceptionRenderer, TimeStamper
    from structlog.stdlib import ExtraAdder, ProcessorFormatter, add_log_level, add_logger_name

    render: Callable[..., str] = as_json if style == "json" else as_line
    return ProcessorFormatter(
        foreign_pre_chain=[
            add_log_level,
            add_logger_name,
            ExtraAdder(),
            TimeStamper(fmt="iso", utc=True),
            _add_labels,
        ],
        processors=[ProcessorFormatter.remove_processors_meta, ExceptionRenderer(_traceback), render],
    )


def _add_labels(logger: object, method: str, fields: Fields) -> Fields:
    """The ids of what this code works for; a line that names its own keeps it."""
    for name, value in correlation.labels().items():
        fields.setdefault(name, value)
    return fields


def _traceback(exc_info: Any) -> str:
    return logging.Formatter().formatException(exc_info)


def as_line(logger: object, method: str, fields: Fields) -> str:
    """Time, level, where, what, and then the ids that are known, as name=value."""
    head = f"{fields['timestamp']} {str(fields['level']).upper()} {fields['logger']} {fields['event']}"
    more = "".join(f" {name}={fields[name]}" for name in _SHOWN if name in fields)
    tail = "".join(f"\n{fields[name]}" for name in ("exception", "stack") if fields.get(name))
    return f"{head}{more}{tail}"


def as_json(logger: object, method: str, fields: Fields) -> str:
    """One JSON object; what JSON has no form for is written as text."""
    import orjson

    return orjson.dumps(dict(fields), default=str, option=orjson.OPT_NON_STR_KEYS).decode()
