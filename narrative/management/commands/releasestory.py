"""``manage.py releasestory story.json``: publish a story from a file."""

import argparse
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from narrative.services import library
from narrative.story.content import Story
from narrative.story.reading import StoryError

MOST_BYTES = 5_000_000


class Command(BaseCommand):
    """New readers begin with it; whoever reads an older release stays on that."""

    help = (
        "Publish a story from a file (story.json). New readers begin with it; whoever reads an older one stays there."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The file, and what is written down about the release."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--note", default="", help="what has changed, for the team")
        parser.add_argument("--author", default="", help="whose release it is")
        parser.add_argument("--language", choices=["es", "en"], default="en", help="of what is said here")

    def handle(self, *, file: Path, note: str, author: str, language: str, **_: Any) -> None:
        """Read, check, publish. A mistake is one line that says where, and nothing is published."""
        try:
            told = Story.from_json(_read(file))
            made = library.release(told, note=note, author=author)
        except StoryError as error:
            raise CommandError(f"{error.code} {error.sentence(language)}") from None
        self.stdout.write(f"{told.key}: release {made.number} with {made.fragments} fragments is published")


def _read(file: Path) -> Any:
    """What is in the file. Raises CommandError."""
    try:
        if file.stat().st_size > MOST_BYTES:
            raise CommandError(f"{file}: more than {MOST_BYTES} bytes")
        return json.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise CommandError(f"{file}: not UTF-8 at byte {error.start}") from None
    except (ValueError, RecursionError) as error:
        raise CommandError(f"{file}: not JSON: {error}") from None
