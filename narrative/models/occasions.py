"""What happens to readers that Lucien may write about, and what he can say of it."""

from collections.abc import Collection

from django.db import models
from django.utils.translation import gettext_lazy as _

OWN = frozenset({"visited", "chosen", "flags", "counters"})  # facts that a story keeps of its reader
MOST_DAYS = 365


class Occasion(models.TextChoices):
    """What happened to a reader."""

    STARTED = "started", _("escribe al bot por primera vez")
    BEGUN = "begun", _("empieza una historia")
    DECISION = "decision", _("toma una decisión")
    LEFT = "left", _("deja un fragmento")
    ENDING = "ending", _("llega a un final")
    SILENT = "silent", _("lleva días sin seguir su historia")
    HINT = "hint", _("descubre una pista")
    BESITOS = "besitos", _("alcanza una cantidad de besitos")
    VIP = "vip", _("empieza a ser VIP")


IN_A_STORY = frozenset({Occasion.BEGUN, Occasion.DECISION, Occasion.LEFT, Occasion.ENDING, Occasion.SILENT})
COUNTED = frozenset({Occasion.BESITOS, Occasion.SILENT})
NAMED = frozenset({Occasion.DECISION, Occasion.LEFT, Occasion.ENDING, Occasion.SILENT, Occasion.HINT})
GIVEN: dict[str, frozenset[str]] = {  # what letters may say beyond what they may always say
    Occasion.BEGUN: frozenset({"historia", "fragmento"}),
    Occasion.DECISION: frozenset({"historia", "fragmento", "opcion"}),
    Occasion.LEFT: frozenset({"historia", "fragmento"}),
    Occasion.ENDING: frozenset({"historia", "fragmento", "final"}),
    Occasion.SILENT: frozenset({"historia", "fragmento"}),
    Occasion.HINT: frozenset({"pista"}),
}
ALWAYS_GIVEN = frozenset({"nombre", "besitos", "reacciones"})


def not_given(names: Collection[str], occasion: str) -> str:
    """Those of a letter's values that this occasion cannot fill in, as an editor writes them; empty when all can be."""
    strange = set(names) - ALWAYS_GIVEN - GIVEN.get(occasion, frozenset())
    return ", ".join(f"{{{name}}}" for name in sorted(strange))
