"""``manage.py lint_story casa``: what is wrong with a story."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from narrative.exchange import read_any
from narrative.exchange.bundle import Bundle
from narrative.linting import Finding, Lint, World, lint
from narrative.linting.findings import Walks
from narrative.linting.walks import PLAYS
from narrative.models import Story
from narrative.services import checking, pictures
from narrative.story import content
from yabot.core.errors import DomainError

COUNTS = {"es": "{} errores, {} avisos", "en": "{} errors, {} warnings"}
PLAYED = {"es": "{} partidas (semilla {}), finales: {}; pasos {}", "en": "{} plays (seed {}), endings: {}; steps {}"}
NONE = {"es": "ninguno", "en": "none"}
ZIP = b"PK"


class Command(BaseCommand):
    """A draft by its key, or every story of a file that can be imported. Exit code 1 when there are errors."""

    help = "Say what is wrong with a story: a draft by its key, or a file. Exit code 1 when there are errors."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """What to look at, and how to say it."""
        parser.add_argument("story", help="the key of a draft, or a file")
        parser.add_argument("--format", choices=["text", "json"], default="text")
        parser.add_argument("--language", choices=["es", "en"], default="en")
        parser.add_argument("--seed", type=int, default=0, help="of the readers who are not there")
        parser.add_argument("--plays", type=int, default=PLAYS, help="how many of them; 0 for proofs alone")

        parser.add_argument("--without-vip", action="store_true", help="nobody can become VIP where this is told")

    def handle(self, *, story: str, format: str, language: str, **options: Any) -> None:
        """Look, and say it."""
        found = _linted(story, language, _Look(options["plays"], options["seed"], not options["without_vip"]))
        if format == "json":
            self.stdout.write(json.dumps(_as_json(found), ensure_ascii=False, indent=1))
        else:
            for key, one in found:
                self._tell(key if len(found) > 1 else "", one, language)
        if any(one.errors for _key, one in found):
            raise SystemExit(1)

    def _tell(self, title: str, found: Lint, language: str) -> None:
        if title:
            self.stdout.write(f"# {title}")
        place = ""
        for one in sorted(found.findings, key=lambda one: one.fragment):
            if one.fragment != place:
                place = one.fragment
                self.stdout.write(place)
            self.stdout.write(_line(one, language))
        self.stdout.write(COUNTS[language].format(len(found.errors), len(found.warnings)))
        if found.walks:
            self.stdout.write(_played(found.walks, language))


def _line(one: Finding, language: str) -> str:
    return f"  {one.code} {one.level.value}: {one.sentence(language)}"


def _played(walks: Walks, language: str) -> str:
    ends = ", ".join(f"{key} {count}" for key, count in walks.endings.items()) or NONE[language]
    return PLAYED[language].format(walks.plays, walks.seed, ends, walks.steps)


def _as_json(found: Sequence[tuple[str, Lint]]) -> Any:
    """One story's findings; of an archive, a list with each story's key."""
    if len(found) == 1:
        return found[0][1].to_json()
    return [{"key": key, **one.to_json()} for key, one in found]


@dataclass(frozen=True, slots=True)
class _Look:
    """How to look at a story."""

    plays: int
    seed: int
    vip: bool

    def at(self, story: content.Story, world: World) -> Lint:
        """What is wrong with it."""
        return lint(story, replace(world, vip=self.vip), plays=self.plays, seed=self.seed)


def _linted(name: str, language: str, look: _Look) -> list[tuple[str, Lint]]:
    """Each story's key and what is wrong with it. Raises CommandError for what is neither a draft nor a file that can
    be read."""
    draft = Story.objects.filter(key=name).first()
    if draft is not None:
        return [(name, checking.review(draft, look=look.at))]
    try:
        data = Path(name).read_bytes()
        bundles = [brought.bundle for brought in read_any(data, name)]
    except OSError as error:
        raise CommandError(f"{name}: no draft has this key, and as a file: {error.strerror}") from None
    except DomainError as error:
        raise CommandError(f"{error.code} {error.sentence(language)}") from None
    return [(bundle.story.key, look.at(bundle.story, _world(bundle, data))) for bundle in bundles]


def _world(bundle: Bundle, data: bytes) -> World:
    """A zip has its files with it; of other files nobody knows."""
    return World(media=pictures.kinds(bundle.media)) if data.startswith(ZIP) else World()
