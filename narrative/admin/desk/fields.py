"""Form fields for conditions and effects: rows with a script, one line of text without it; the same value."""

import json
import re
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from narrative.admin.desk.languages import spoken
from narrative.admin.desk.naming import Names, by_keys, text_by_keys
from narrative.story.effects import Effect, effects_from_text, effects_to_text, read_effects
from narrative.story.reading import StoryError
from yabot.core.conditions import Condition, ConditionError

T = TypeVar("T")


class RowsField(forms.CharField, Generic[T]):
    """A value that a script shows as rows (JSON) and everybody can type as text."""

    rows = ""
    names: Names | None = None  # titles that may stand for keys

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
        if self.names and not text.startswith(("{", "[")):
            text = text_by_keys(text, self.names)
        read: Callable[[Any], T] = self.from_text
        given: Any = text
        try:
            if text.startswith(("{", "[")):
                read, given = self.from_json, json.loads(text)
                given = by_keys(given, self.names) if self.names else given
            return read(given)
        except StoryError as error:
            raise ValidationError(_in_row(error), code=error.code) from None
        except ConditionError as error:
            raise ValidationError(error.sentence(spoken()), code=error.code) from None
        except ValueError:
            raise ValidationError(_("Esto no se entiende."), code="NAR010") from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compares what is said, not how."""
        return bool((initial if isinstance(initial, str) else self.prepare_value(initial) or "") != (data or ""))


def _in_row(error: StoryError) -> str:
    """What is wrong, with its row counted as people count."""
    place = re.match(r"(\.?)([0-9]+)", error.place)
    words = error.words(spoken())
    if place is None:
        return words
    row = int(place[2]) + bool(place[1])
    return _("Fila %(row)d: %(words)s") % {"row": row, "words": words}


def turned(kind: str, given: str, names: Names) -> dict[str, Any]:
    """What is typed as rows or as text, in both forms; or why it is neither."""
    field: RowsField[Any] = ConditionField() if kind == "tests" else EffectsField()
    field.names = names
    try:
        value = field.to_python(given)
    except ValidationError as wrong:
        return {"error": " ".join(wrong.messages)}
    rows = value.to_json() if isinstance(value, Condition) else [effect.to_json() for effect in value]
    return {"text": field.prepare_value(value), "rows": rows}


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
