"""Hints, letters and what readers found out."""

import factory
from factory.django import DjangoModelFactory

from narrative.models import CommunityGoal, Hint, HintUnlock, LucienTemplate


def besitos(count: int) -> dict:
    """A condition: so many besitos."""
    return {"all": [{"is": "besitos", "at_least": count}]}


def reactions(count: int) -> dict:
    """A condition: so many reactions."""
    return {"all": [{"is": "reactions", "at_least": count}]}


class LucienTemplateFactory(DjangoModelFactory):
    """A letter in both languages."""

    class Meta:
        model = LucienTemplate

    key = factory.Sequence(lambda number: f"carta-{number}")
    name = factory.Sequence(lambda number: f"Carta {number}")
    text_es = "Buenas noches, <b>{nombre}</b>: con {besitos} besitos se abre «{pista}»."
    text_en = "Good evening, <b>{nombre}</b>: {besitos} besitos open “{pista}”."


class HintFactory(DjangoModelFactory):
    """A hint that 5 besitos open, with its letter."""

    class Meta:
        model = Hint

    key = factory.Sequence(lambda number: f"pista-{number}")
    title_es = factory.Sequence(lambda number: f"La llave {number}")
    title_en = factory.Sequence(lambda number: f"The key {number}")
    body_es = "Está bajo el <b>reloj</b>."
    body_en = "It is below the <b>clock</b>."
    condition = factory.LazyFunction(lambda: besitos(5))
    template = factory.SubFactory(LucienTemplateFactory)


class HintUnlockFactory(DjangoModelFactory):
    """A hint that is open for a reader."""

    class Meta:
        model = HintUnlock

    hint = factory.SubFactory(HintFactory)
    user_id = factory.Sequence(lambda number: 1_000_000 + number)


class CommunityGoalFactory(DjangoModelFactory):
    """Ten hearts over all channels open a hint for everyone."""

    class Meta:
        model = CommunityGoal

    name = factory.Sequence(lambda number: f"Meta {number}")
    target = 10
    hint = factory.SubFactory(HintFactory)
