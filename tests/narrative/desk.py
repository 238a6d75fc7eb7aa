"""The desk as tests use it: a story with locks and prices, the pages' addresses, what their forms send."""

import io
import json
from pathlib import Path

from django.urls import reverse

from narrative.models import Fragment
from narrative.models import Story as StoryRow
from narrative.story.content import Variant
from narrative.story.effects import SetFlag
from tests.narrative.stories import choice, ending, fragment, story, words
from yabot.core.conditions import Condition

JPEG = (Path(__file__).parents[2] / "static" / "yabot" / "house.jpg").read_bytes()
HOUSE = story(
    fragment(
        "sala",
        choice("sotano", label="Bajar", condition=Condition.from_text("item llave; any vip | besitos >= 5")),
        choice("fin", label="Salir", effects=(SetFlag("luz"),), price=3),
        text="Hay <b>dos</b> puertas.",
        variants=(Variant(Condition.from_text("vip"), words("Bienvenido otra vez.", en="Welcome back.")),),
    ),
    fragment("sotano", choice("<", key="volver")),
    ending("fin", "La calle"),
)


def desk(row: StoryRow, key: str) -> str:
    return reverse("admin:narrative_fragment_change", args=[Fragment.objects.get(story=row, key=key).pk])


def page(row: StoryRow, name: str) -> str:
    return reverse(f"admin:narrative_story_{name}", args=[row.pk])


def typed(client, url: str, **changes: str) -> dict[str, str]:
    """What the form of a page would send, with these changes."""
    form = client.get(url).context["desk"]
    given = {name: form.form[name].value() for name in form.form.fields}
    sent = {name: value for name, value in given.items() if value not in (None, False, "")}
    for rows, prefix in ((form.choices, "choices"), (form.variants, "variants")):
        sent |= {f"{prefix}-TOTAL_FORMS": str(len(rows.forms)), f"{prefix}-INITIAL_FORMS": str(len(rows.forms))}
        for number, one in enumerate(rows.forms):
            sent |= {
                f"{prefix}-{number}-{name}": one[name].value()
                for name in one.fields
                if name != "DELETE" and one[name].value() not in (None, "")
            }
    return {**sent, **changes}


def text(response) -> str:
    return response.content.decode()


def preview(client, row: StoryRow, key: str, **changes: str) -> str:
    sent = typed(client, desk(row, key), **changes)
    return text(client.post(reverse("admin:narrative_fragment_preview"), {**sent, "story": row.pk, "was": key}))


def upload(data: bytes, name: str) -> io.BytesIO:
    file = io.BytesIO(data)
    file.name = name
    return file


def sent_json(client, url: str, given: dict):
    return client.post(url, json.dumps(given), content_type="application/json")
