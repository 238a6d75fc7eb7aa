"""What requests bring, strictly: a field nobody knows is named, not lost."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from rest_framework import serializers


class Asked(serializers.Serializer[Any]):
    """A request's body. A misspelt field would otherwise be a wish that silently does not come true."""

    besides: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def of(cls, data: Any) -> dict[str, Any]:
        """What was asked. Raises ValidationError with the wrong fields."""
        asked = cls(data=data)
        asked.is_valid(raise_exception=True)
        return dict(asked.validated_data)

    def to_internal_value(self, data: Any) -> Any:
        """The fields' values, when all of them are known."""
        unknown = set(data) - set(self.fields) - self.besides if isinstance(data, Mapping) else set()
        if unknown:
            raise serializers.ValidationError({name: [_("Este campo no existe.")] for name in sorted(unknown)})
        return super().to_internal_value(data)


class Filter(Asked):
    """A list's query: which rows, beside which page of them."""

    besides = frozenset({"cursor", "limit", "format"})
