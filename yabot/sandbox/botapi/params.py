"""A call's parameters, whatever they travelled in: query, form, multipart or JSON."""

from dataclasses import dataclass, field
from typing import Any

from yabot.sandbox.refusals import bad_request
from yabot.sandbox.wire import JSON, loads

TRUE_WORDS = frozenset({"true", "True", "1", "yes"})


@dataclass(slots=True, eq=False)
class Upload:
    """A file part of a multipart body."""

    name: str | None
    mime_type: str | None
    body: bytes


@dataclass(slots=True, eq=False)
class Params:
    """Typed reads of one call's parameters. Text stays text: ``"2026"`` is not a number."""

    values: JSON
    files: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str | None:
        """A string; numbers that came as JSON are written out."""
        value = self.values.get(name)
        if value is None or isinstance(value, str):
            return value
        return str(value) if isinstance(value, int | float) else None

    def integer(self, name: str) -> int | None:
        """A whole number. Raises ``Refusal`` for anything else."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        try:
            return int(value)
        except (TypeError, ValueError):
            raise bad_request(f"invalid {name} specified") from None

    def flag(self, name: str) -> bool:
        """True for the spellings Telegram takes for true."""
        value = self.values.get(name)
        return value is True or (isinstance(value, str | int) and str(value) in TRUE_WORDS)

    def object(self, name: str, noun: str = "") -> Any:
        """A JSON object or array, also when it came as a string."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return loads(value)
        except ValueError:
            raise bad_request(f"can't parse {noun or name} JSON object") from None

    def recorded(self) -> JSON:
        """The parameters as the journal keeps them: file parts by name and size."""
        if not self.files:
            return self.values
        parts = {name: {"$file": part.name or name, "size": len(part.body)} for name, part in self.files.items()}
        return {**self.values, **parts}
