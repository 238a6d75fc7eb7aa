"""``manage.py releasestory``: a file becomes a release, or one line says what is wrong."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from narrative.models import Release
from tests.narrative.stories import choice, ending, fragment, story

pytestmark = pytest.mark.django_db
HOUSE = story(fragment("sala", choice("fin")), ending("fin"))


def publish(path, **options):
    """What the command says."""
    said = io.StringIO()
    call_command("releasestory", str(path), stdout=said, **options)
    return said.getvalue().strip()


def test_a_story_is_published_and_then_again(tmp_path):
    file = tmp_path / "story.json"
    file.write_text(json.dumps(HOUSE.to_json()))

    assert publish(file) == "casa: release 1 with 2 fragments is published"
    assert publish(file, note="Otra vez", author="eva") == "casa: release 2 with 2 fragments is published"
    assert list(Release.objects.order_by("number").values_list("note", "author")) == [("", ""), ("Otra vez", "eva")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"\xff\xfe", "not UTF-8 at byte 0"),
        (b"{}", "NAR010 schema: is missing"),
        (json.dumps(HOUSE.to_json() | {"start": "nowhere"}).encode(), "NAR010 start: the story has no beginning"),
        (b" " * 5_000_001, "more than 5000000 bytes"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_in_one_line(tmp_path, content, said):
    file = tmp_path / "story.json"
    file.write_bytes(content)

    with pytest.raises(CommandError, match=said) as refused:
        publish(file)
    assert "\n" not in str(refused.value)
    assert not Release.objects.exists()


def test_a_mistake_is_said_in_spanish_to_whoever_wants_that(tmp_path):
    file = tmp_path / "story.json"
    file.write_text("{}")

    with pytest.raises(CommandError, match="schema: falta"):
        publish(file, language="es")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        publish(tmp_path / "story.json")
