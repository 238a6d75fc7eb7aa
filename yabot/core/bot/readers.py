"""Every handler's first step: who is this, and which language do they speak?"""

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from django.utils import timezone, translation
from telegram import Update

from yabot.core import people
from yabot.core.models import TelegramUser
from yabot.core.people import Person
from yabot.core.zones import zone_named

P = ParamSpec("P")
R = TypeVar("R")


def person_of(update: Update) -> Person:
    """The person who sent an update."""
    user = update.effective_user
    assert user is not None
    return Person.from_telegram(user.to_dict())


def for_reader(function: Callable[Concatenate[TelegramUser, P], R]) -> Callable[Concatenate[Person, P], R]:
    """Let a sync handler begin with a ``TelegramUser`` that is known and reachable, in their language and time."""

    @functools.wraps(function)
    def run(person: Person, /, *args: P.args, **kwargs: P.kwargs) -> R:
        people.meet([person])
        reader = TelegramUser.objects.get(pk=person.id)
        with translation.override(reader.spoken_language), timezone.override(zone_named(reader.time_zone)):
            return function(reader, *args, **kwargs)

    return run
