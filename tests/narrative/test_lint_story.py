"""``manage.py lint_story``: for people, and for machines that read JSON."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from narrative.services import drafts
from tests.narrative.stories import choice, ending, fragment, story

pytestmark = pytest.mark.django_db
BROKEN = story(fragment("sala", choice("nada"), choice("fin")), ending("fin"))


def told(*arguments: str) -> tuple[str, int]:
    out = StringIO()
    try:
        call_command("lint_story", *arguments, stdout=out)
    except SystemExit as ended:
        return out.getvalue(), int(str(ended.code))
    return out.getvalue(), 0


def test_a_draft_is_told_by_fragments_and_errors_end_with_one() -> None:
    drafts.store(BROKEN)
    text, code = told("casa", "--language", "es", "--plays", "20")
    assert code == 1
    assert text.splitlines()[0] == "fin"
    assert "sala\n  NAR101 error: «A nada» lleva a «nada», que no existe" in text
    assert "1 errors, " in text
    assert "20 plays (seed 0), endings: fin " in text


def test_a_file_needs_no_database_and_json_says_the_same(tmp_path: Path) -> None:
    file = tmp_path / "story.json"
    file.write_text(json.dumps(BROKEN.to_json()))
    text, code = told(str(file), "--format", "json", "--plays", "0")
    given = json.loads(text)
    assert (code, given["errors"], given["walks"]) == (1, 1, None)
    assert given["findings"][0]["code"] == "NAR101"


def test_a_clean_story_ends_with_nought(tmp_path: Path) -> None:
    file = tmp_path / "story.json"
    file.write_text(json.dumps(story(fragment("sala", choice("fin")), ending("fin")).to_json()))
    assert told(str(file), "--plays", "10")[1] == 0


def test_what_is_neither_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no draft has this key"):
        told("nada")
    file = tmp_path / "story.json"
    file.write_text("{")
    with pytest.raises(CommandError, match="NAR026 It is no JSON: 1:2"):
        told(str(file))
