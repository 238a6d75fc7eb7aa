"""Stories that other people wrote come in whole."""

import os
from pathlib import Path

import pytest
from django.conf import settings as configured

from narrative.exchange import read_any, write_twee
from tests.narrative.files import only
from yabot.core.telegram import markup

REAL = Path(os.environ.get("YABOT_STORIES") or Path(configured.BASE_DIR).parent / "shared" / "stories")


def real_files() -> list[Path]:
    return sorted(file for file in REAL.glob("tw*/*.*") if file.suffix in {".twee", ".html"})


@pytest.mark.skipif(not real_files(), reason="no real stories beside the project")
def test_real_stories_come_in_whole() -> None:
    stories = {}
    for file in real_files():
        for brought in read_any(file.read_bytes(), file.name):
            stories[file.name, brought.story.title.in_("es")] = brought
            assert brought.report.passages == len(brought.story.fragments) > 0
            assert only(write_twee(brought.story)).story.to_json() == brought.story.to_json()
            assert all(not markup.check(part.text.in_("es"), 10**6) for part in brought.story.fragments)
    toggle = stories["toggle_game_harlowe.html", "The Toggle Game"].report
    assert (toggle.passages, toggle.links, toggle.broken) == (56, 218, 0)
    assert sum(name == "toggle_twine_archive.html" for name, _title in stories) == 10
