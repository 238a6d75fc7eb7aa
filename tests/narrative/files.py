"""Files as they are brought, and one small story to take out."""

import io
import json
import time
import zipfile
from collections.abc import Callable

from narrative.exchange import Brought, read_any
from narrative.story.content import Media, Story
from tests.narrative.stories import choice, ending, fragment, story, words
from yabot.core.conditions import Condition

JPEG = b"\xff\xd8\xff\xe0 a picture"
HOUSE = story(
    fragment(
        "sala", choice("sotano", label="Bajar"), choice("fin", label="Salir"), text="Hay <b>dos</b> puertas, {nombre}."
    ),
    fragment("sotano", choice("<", key="volver", label="Volver", condition=Condition.from_text("item llave"))),
    ending("fin", "La calle", media=Media("casa.jpg", alt=words("La casa"))),
)


def only(data: bytes | str, name: str = "x.twee") -> Brought:
    """The one story in a file."""
    (brought,) = read_any(data.encode() if isinstance(data, str) else data, name)
    return brought


def zipped(*entries: tuple[str, bytes]) -> bytes:
    """A zip of these."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in entries:
            file.writestr(name, data)
    return out.getvalue()


def story_json(made: Story = HOUSE) -> bytes:
    """A ``story.json``."""
    return json.dumps(made.to_json()).encode()


def growth(write: Callable[[int], bytes], read: Callable[[bytes], object], size: int) -> float:
    """How many times as long it takes to read a file of four times this size: 4 when that is linear, 16 when not."""

    def cost(data: bytes) -> float:
        before = time.process_time()
        read(data)
        return time.process_time() - before

    small, large = write(size), write(4 * size)
    costs = [(cost(large), cost(small)) for _ in range(5)]  # in turn, so that a slow moment meets both
    return min(one for one, _ in costs) / min(one for _, one in costs)
