"""Stories that other people wrote come in whole."""

import os
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings as configured

from narrative.exchange import read_any, write_twee
from narrative.linting import World, lint
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


# The commands in each file by the report, and the findings of the linter: three of a fragment are enough.
TOGGLE = {"NAR217": 7, "NAR205": 4, "NAR110": 1, "NAR218": 1}
COUNTS = {
    "cookbook_dungeonmoving_harlowe.twee": (71, 7),
    "cookbook_dungeonmoving_snowman.twee": (0, 0),
    "cookbook_dungeonmoving_sugarcube.twee": (42, 17),
    "cookbook_lockandkey_variable_chapbook.twee": (7, 7),
    "cookbook_lockandkey_variable_harlowe.twee": (7, 6),
    "cookbook_lockandkey_variable_snowman.twee": (7, 6),
    "cookbook_lockandkey_variable_sugarcube.twee": (10, 7),
    "cookbook_passagevisits_chapbook.twee": (1, 1),
    "cookbook_passagevisits_harlowe.twee": (2, 2),
    "cookbook_passagevisits_snowman.twee": (1, 1),
    "cookbook_passagevisits_sugarcube.twee": (1, 1),
    "cookbook_playerstatistics_chapbook.twee": (18, 15),
    "cookbook_playerstatistics_harlowe.twee": (57, 9),
    "cookbook_playerstatistics_snowman.twee": (0, 0),
    "cookbook_playerstatistics_sugarcube.twee": (77, 9),
    "cookbook_spaceexploration_chapbook.twee": (30, 20),
    "cookbook_spaceexploration_harlowe.twee": (70, 27),
    "cookbook_spaceexploration_snowman.twee": (26, 18),
    "cookbook_spaceexploration_sugarcube.twee": (86, 27),
    "cookbook_storylets_harlowe.twee": (4, 4),
    "cookbook_turncounter_chapbook.twee": (10, 8),
    "cookbook_turncounter_harlowe.twee": (6, 3),
    "cookbook_turncounter_snowman.twee": (9, 7),
    "cookbook_turncounter_sugarcube.twee": (9, 3),
    "cookbook_lockandkey_chapbook.html": (7, 7),
    "cookbook_lockandkey_sugarcube.html": (10, 7),
    "cookbook_lockandkey_variable_harlowe.html": (7, 6),
    "cookbook_passagevisits_harlowe.html": (2, 2),
    "cookbook_storylets_harlowe.html": (4, 4),
    "toggle_game_harlowe.html": (9, 7),
    "toggle_twine_archive.html": (79, 61),
}


@pytest.mark.skipif(not real_files(), reason="no real stories beside the project")
def test_the_commands_of_real_stories_are_named() -> None:
    counts = {}
    for file in real_files():
        brought = read_any(file.read_bytes(), file.name)
        found = [one for each in brought for one in lint(each.story, World(), plays=0).findings if one.code == "NAR217"]
        counts[file.name] = sum(each.report.macros for each in brought), len(found)
    assert counts == COUNTS


@pytest.mark.skipif(not real_files(), reason="no real stories beside the project")
def test_what_is_proved_about_a_real_story_stays_as_it_is() -> None:
    file = next(file for file in real_files() if file.name == "toggle_game_harlowe.html")
    (toggle,) = read_any(file.read_bytes(), file.name)
    assert Counter(one.code for one in lint(toggle.story, plays=0).findings) == TOGGLE
