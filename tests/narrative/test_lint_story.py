"""``manage.py lint_story``: for people, and for machines that read JSON."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from narrative.exchange.bundle import Bundle, write_bundle
from narrative.services import drafts
from narrative.story.content import Media
from tests.narrative.stories import choice, ending, fragment, story, words

pytestmark = pytest.mark.django_db
JPEG = b"\xff\xd8\xff" + bytes(20)
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
    assert text.splitlines()[:2] == ["  NAR210 warning: Falta la traducción a «en»", "fin"]
    assert "sala\n  NAR101 error: «A nada» lleva a «nada», que no existe" in text
    assert "1 errores, " in text
    assert "20 partidas (semilla 0), finales: fin " in text


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


def test_the_counts_are_in_the_language_that_was_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "story.json"
    file.write_text(json.dumps(BROKEN.to_json()))
    text, _code = told(str(file), "--language", "es", "--plays", "5")
    assert "1 errores, " in text and "5 partidas (semilla 0), finales: " in text


def test_every_story_of_an_archive_is_looked_at(tmp_path: Path) -> None:
    passages = '<tw-passagedata pid="1" name="A">Hola</tw-passagedata>'
    stories = "".join(f'<tw-storydata name="{name}" startnode="1">{passages}</tw-storydata>' for name in ("Uno", "Dos"))
    file = tmp_path / "archive.html"
    file.write_text(stories)
    text, _code = told(str(file), "--plays", "0")
    assert "# uno\n" in text and "# dos\n" in text
    given = json.loads(told(str(file), "--plays", "0", "--format", "json")[0])
    assert [one["key"] for one in given] == ["uno", "dos"]


@pytest.mark.parametrize(("files", "is_found"), [({"a.jpg": JPEG}, False), ({"a.jpg": b"no"}, True), ({}, True)])
def test_a_bundle_has_its_files_with_it(tmp_path: Path, files: dict[str, bytes], is_found: bool) -> None:
    made = story(fragment("sala", choice("fin"), media=Media("a.jpg", alt=words("Una casa"))), ending("fin"))
    file = tmp_path / "casa.zip"
    file.write_bytes(write_bundle(Bundle(made, files)))
    assert ("NAR108" in told(str(file), "--plays", "0")[0]) is is_found


def test_where_nobody_becomes_vip_a_vip_page_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "story.json"
    file.write_text(
        json.dumps(story(fragment("sala", choice("fin"), choice("b")), ending("b", vip=True), ending("fin")).to_json())
    )
    assert told(str(file), "--plays", "0")[1] == 0
    text, code = told(str(file), "--plays", "0", "--without-vip")
    assert code == 1 and "NAR105 error: The condition of this fragment can never hold: VIP" in text


def test_what_is_neither_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no draft has this key"):
        told("nada")
    file = tmp_path / "story.json"
    file.write_text("{")
    with pytest.raises(CommandError, match="NAR026 It is no JSON: 1:2"):
        told(str(file))
