"""Form fields for conditions and effects: rows with a script, one line of text without it; the same value."""

import json
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language

from narrative.story.effects import Effect, effects_from_text, effects_to_text, read_effects
from narrative.story.reading import StoryError
from yabot.core.conditions import Condition, ConditionError

T = TypeVar("T")


def spoken() -> str:
    """The language of whoever looks."""
    return "en" if (get_language() or "es")[:2] == "en" else "es"


class RowsField(forms.CharField, Generic[T]):
    """A value that a script shows as rows (JSON) and everybody can type as text."""

    rows = ""

    def __init__(self, **kwargs: Any) -> None:
        attributes = {"rows": 1, "class": "desk-rows", "data-rows": self.rows, "spellcheck": "false"}
        super().__init__(required=False, widget=forms.Textarea(attrs=attributes), **kwargs)

    def from_json(self, given: Any) -> T:
        """The value of stored rows. Raises ConditionError, StoryError."""
        raise TypeError("a field of rows reads them")

    def from_text(self, text: str) -> T:
        """The value of the text form. Raises ConditionError, StoryError."""
        raise TypeError("a field of rows reads text")

    def to_text(self, value: T) -> str:
        """The text form."""
        raise TypeError("a field of rows writes text")

    def prepare_value(self, value: Any) -> Any:
        """Text as it was typed; a value in its text form."""
        return value if isinstance(value, str) or value is None else self.to_text(value)

    def to_python(self, value: Any) -> Any:
        """The value. Raises ValidationError with the row named."""
        text = super().to_python(value) or ""
        read: Callable[[Any], T] = self.from_text
        given: Any = text
        try:
            if text.startswith(("{", "[")):
                read, given = self.from_json, json.loads(text)
            return read(given)
        except (ConditionError, StoryError) as error:
            raise ValidationError(error.sentence(spoken()), code=error.code) from None
        except ValueError:
            raise ValidationError("JSON", code="NAR010") from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compares what is said, not how."""
        return bool((initial if isinstance(initial, str) else self.prepare_value(initial) or "") != (data or ""))


class ConditionField(RowsField[Condition]):
    """Who may: rows of tests."""

    rows = "tests"

    def from_json(self, given: Any) -> Condition:
        """Rows with their group."""
        return Condition.parse(given)

    def from_text(self, text: str) -> Condition:
        """``item llave; not visited sotano``."""
        return Condition.from_text(text)

    def to_text(self, value: Condition) -> str:
        """One line."""
        return value.to_text()


class EffectsField(RowsField[tuple[Effect, ...]]):
    """What happens: rows of effects."""

    rows = "effects"

    def from_json(self, given: Any) -> tuple[Effect, ...]:
        """The rows."""
        return read_effects(given, "")

    def from_text(self, text: str) -> tuple[Effect, ...]:
        """``set_flag luz; give_besitos 5``."""
        return effects_from_text(text)

    def to_text(self, value: tuple[Effect, ...]) -> str:
        """One line."""
        return effects_to_text(value)
