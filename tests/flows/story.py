"""The small story that the flows tell: a reward, a hint at 5 besitos, a hint for everyone."""

from channeladmin.models import ChannelSettings
from gamification.models import ReactionReward
from narrative.models import CommunityGoal, Hint, LucienTemplate

LETTER = "Buenas noches, <b>{nombre}</b>: ya tienes {besitos} besitos y se abre «{pista}»."


def write_story(*, hints: int = 1, pay: int = 5) -> None:
    """Each reaction with ❤ pays; at every multiple of the pay a hint opens and Lucien writes."""
    ReactionReward.objects.create(chat_id=None, emoji="❤", amount=pay)
    letter = LucienTemplate.objects.create(
        key="carta",
        name="La carta",
        text_es=LETTER,
        text_en="Good evening, <b>{nombre}</b>: {besitos} besitos open “{pista}”.",
    )
    for number in range(1, hints + 1):
        Hint.objects.create(
            key=f"pista-{number}",
            title_es=f"Pista {number}",
            title_en=f"Hint {number}",
            body_es="La llave está bajo el reloj.",
            condition={"all": [{"is": "besitos", "at_least": number * pay}]},
            template=letter,
            order=number,
        )


def write_goal(chat_id: int, target: int) -> Hint:
    """When the channel's anonymous hearts reach the target, a hint opens for everyone."""
    letter = LucienTemplate.objects.create(key="todos", name="Para todos", text_es="Entre todos: se abre «{pista}».")
    hint = Hint.objects.create(
        key="de-todos",
        title_es="La puerta azul",
        body_es="Está abierta.",
        condition={"all": [{"is": "besitos", "at_least": 1_000_000}]},
        template=letter,
        order=99,
    )
    CommunityGoal.objects.create(name="La puerta", chat_id=chat_id, emoji="❤", target=target, hint=hint)
    return hint


def put_hearts_under_posts(chat_id: int) -> None:
    """Posts in this channel get a ❤️ button."""
    ChannelSettings.objects.create(chat_id=chat_id, heart_button=True)
