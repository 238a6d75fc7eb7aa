"""``manage.py lint_story casa``: what is wrong with a story."""

import argparse
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from narrative.exchange import read_any
from narrative.linting import Finding, Lint, lint
from narrative.linting.walks import PLAYS
from narrative.models import Story
from narrative.services import checking
from yabot.core.errors import DomainError


class Command(BaseCommand):
    """A draft by its key, or any file that can be imported. Exit code 1 when there are errors."""

    help = "Say what is wrong with a story: a draft by its key, or a file. Exit code 1 when there are errors."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """What to look at, and how to say it."""
        parser.add_argument("story", help="the key of a draft, or a file")
        parser.add_argument("--format", choices=["text", "json"], default="text")
        parser.add_argument("--language", choices=["es", "en"], default="en")
        parser.add_argument("--seed", type=int, default=0, help="of the readers who are not there")
        parser.add_argument("--plays", type=int, default=PLAYS, help="how many of them; 0 for proofs alone")

    def handle(self, *, story: str, format: str, language: str, seed: int, plays: int, **_: Any) -> None:
        """Look, and say it."""
        found = _linted(story, plays, seed, language)
        if format == "json":
            self.stdout.write(json.dumps(found.to_json(), ensure_ascii=False, indent=1))
        else:
            self._tell(found, language)
        if found.errors:
            raise SystemExit(1)

    def _tell(self, found: Lint, language: str) -> None:
        place = ""
        for one in sorted(found.findings, key=lambda one: one.fragment):
            if one.fragment != place:
                place = one.fragment
                self.stdout.write(place)
            self.stdout.write(_line(one, language))
        self.stdout.write(f"{len(found.errors)} errors, {len(found.warnings)} warnings")
        if found.walks:
            walks = found.walks
            ends = ", ".join(f"{key} {count}" for key, count in walks.endings.items()) or "none"
            self.stdout.write(f"{walks.plays} plays (seed {walks.seed}), endings: {ends}; steps {walks.steps}")


def _line(one: Finding, language: str) -> str:
    return f"  {one.code} {one.level.value}: {one.sentence(language)}"


def _linted(name: str, plays: int, seed: int, language: str) -> Lint:
    """Raises CommandError for what is neither a draft nor a file that can be read."""
    draft = Story.objects.filter(key=name).first()
    if draft is not None:
        return checking.review(draft, plays=plays, seed=seed)
    try:
        (brought, *_others) = read_any(Path(name).read_bytes(), name)
        return lint(brought.story, plays=plays, seed=seed)
    except OSError as error:
        raise CommandError(f"{name}: no draft has this key, and as a file: {error.strerror}") from None
    except DomainError as error:
        raise CommandError(f"{error.code} {error.sentence(language)}") from None
