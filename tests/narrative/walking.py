"""A reader walks through a house: begins or goes on, takes choices, and stands somewhere."""

from narrative.models import ReaderProgress
from narrative.services import choices
from narrative.story.content import BACK
from tests.narrative.stories import choice, ending, fragment, story
from yabot.core.conditions import Condition

ANA, LUIS = 7, 8
when = Condition.from_text

HOUSE = story(
    fragment("sala", choice("sotano"), choice("jardin", price=20), choice("fin", condition=when("visited jardin"))),
    fragment("sotano", choice(BACK, key="volver"), checkpoint=True),
    fragment("jardin", choice("sala", key="entrar")),
    ending("fin", "La puerta"),
)


def go(*keys: str, user_id: int = ANA) -> choices.Place:
    """Begin or go on, and take these choices."""
    place = choices.begin(user_id, story="casa")
    for key in keys:
        place = choices.follow(user_id, story="casa", step=place.progress.step, choice=key)
    return place


def here(user_id: int = ANA) -> tuple[str, int]:
    """The fragment and the step that are stored."""
    return ReaderProgress.objects.values_list("fragment", "step").get(user_id=user_id)
