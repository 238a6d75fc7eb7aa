"""Fills a migrated database with the bench's content: one reward and a hint for each step of the balance."""

import os

from bench.scenario import EMOJI, HINTS, REWARD

LETTER = "Buenas noches, <b>{nombre}</b>. Ya son {besitos} besitos: se abre la pista <i>{pista}</i>. La casa te espera."


def load_content() -> None:
    """Create what ``scenario`` describes: ``REWARD`` besitos for ``EMOJI`` wherever the bot is administrator, and
    ``HINTS`` hints that unlock one by one, each ``REWARD`` besitos further.
    """
    from gamification.models import ReactionReward
    from narrative.models import Hint, LucienTemplate

    ReactionReward.objects.create(chat_id=None, emoji=EMOJI, amount=REWARD)
    letter = LucienTemplate.objects.create(key="carta", name="Carta", text_es=LETTER)
    for number in range(1, HINTS + 1):
        Hint.objects.create(
            key=f"pista-{number}",
            title_es=f"Pista {number}",
            body_es="La llave está bajo el reloj.",
            condition={"all": [{"is": "besitos", "at_least": number * REWARD}]},
            template=letter,
            order=number,
        )


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yabot.settings")
    django.setup()
    load_content()


if __name__ == "__main__":
    main()
