"""How things are called that another module keeps: they come with its answers, in both languages."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Name:
    """A name for readers."""

    es: str
    en: str


def for_sentences(kind: str, names: Mapping[str, Name]) -> dict[str, str]:
    """The names of things of one kind, by key, as ``Facts.names`` wants them."""
    said = {f"{kind}:{key}:es": name.es for key, name in names.items()}
    return said | {f"{kind}:{key}:en": name.en for key, name in names.items()}
