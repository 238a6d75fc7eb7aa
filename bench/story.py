"""Choices: how many a second without HTTP, and how long a reader waits for the page after a press in the sandbox.

``python -m bench.story prepare`` writes the story, ``choices`` prints how many, ``lint`` how long the linter takes;
``press`` is called by the section.
"""

import json
import os
import statistics
import sys
from time import perf_counter, process_time

from yabot.sandbox.client import SandboxClient

READERS, ROUNDS, PRESSES = 50, 20, 200
SIZE = 500  # fragments, with two choices each


def big_story() -> object:
    """A ring of five hundred fragments with a thousand choices; some have a condition."""
    from narrative.story.content import Choice, Ending, Fragment, Story
    from narrative.story.reading import Words
    from yabot.core.conditions import Condition

    def said(text: str) -> Words:
        return Words({"es": text, "en": text})

    fragments = [
        Fragment(
            key=f"f{n}",
            title=said(f"Fragmento {n}"),
            text=said(f"Estás en el <b>fragmento {n}</b> de una casa muy grande."),
            choices=(
                Choice(f"a{n}", said("Seguir"), f"f{(n + 1) % SIZE}"),
                Choice(f"b{n}", said("Saltar"), f"f{(n + 7) % SIZE}", condition=Condition.from_text("visited f0 2")),
            ),
        )
        for n in range(SIZE)
    ]
    fragments.append(Fragment(key="fin", title=said("Fin"), text=said("Fin."), ending=Ending(said("Fin"))))
    return Story("bench", said("Bench"), "f0", fragments=tuple(fragments))


def prepare() -> None:
    """Publish it."""
    from narrative.services import library

    library.release(big_story())  # type: ignore[arg-type]


def lint() -> dict[str, float]:
    """Processor time of the whole linter, and of its proofs and rules alone."""
    from narrative.linting import lint as look

    story, seconds = big_story(), []
    for more in ({"plays": 0}, {}):
        started = process_time()
        look(story, **more)  # type: ignore[arg-type]
        seconds.append(process_time() - started)
    return {"fragments": SIZE, "proofs_cpu_ms": round(1000 * seconds[0], 1), "cpu_ms": round(1000 * seconds[1], 1)}


def choices() -> dict[str, float]:
    """Readers take one choice after the other, each in a transaction of its own."""
    from narrative.services import choices as reading

    steps = {user: reading.begin(user, story="bench").progress.step for user in range(1, READERS + 1)}
    times = []
    for number in range(ROUNDS):
        for user, step in steps.items():
            started = perf_counter()
            place = reading.follow(user, story="bench", step=step, choice=f"a{number}")
            times.append(perf_counter() - started)
            steps[user] = place.progress.step
    return {"choices_per_second": round(len(times) / sum(times), 1), **percentiles(times)}


def press(world: SandboxClient) -> dict[str, float]:
    """One reader presses a button, reads the next page, and presses again."""
    reader = world.add_user(first_name="Ana")["id"]
    world.start(reader, "cuento-bench")
    pitch = world.wait_for_message(reader, "Bench", timeout=60)
    world.press(reader, reader, pitch["message_id"], "▶️ Empezar")
    page = world.wait_for_message(reader, "fragmento 0 de", timeout=60)
    times = []
    for number in range(1, PRESSES + 1):
        started = perf_counter()
        world.press(reader, reader, page["message_id"], "Seguir")
        page = world.wait_for_message(reader, f"fragmento {number} de")
        times.append(perf_counter() - started)
    return {"presses": len(times), **percentiles(times)}


def percentiles(times: list[float]) -> dict[str, float]:
    """The half and the ninety-ninth of a hundred, in milliseconds."""
    ranks = statistics.quantiles(times, n=100, method="inclusive")
    return {"p50_ms": round(ranks[49] * 1000, 2), "p99_ms": round(ranks[98] * 1000, 2)}


def main(arguments: list[str]) -> None:
    """Do what the first argument says."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yabot.settings")
    django.setup()
    if arguments[0] == "prepare":
        prepare()
    else:
        told = {"choices": choices, "lint": lint}[arguments[0]]()
        sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
