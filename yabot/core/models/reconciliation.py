"""What reconciliation found, and how far it has looked."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from yabot.core import clock
from yabot.core.ids import uuid7


class FindingState(models.TextChoices):
    """How a finding stands."""

    OPEN = "open", _("necesita a una persona")
    REPAIRED = "repaired", _("arreglado")
    GONE = "gone", _("ya no se ve")


class ReconciliationFinding(models.Model):
    """Rows that do not fit together, and what was done about it. One row for each repair, one for each open finding.

    ``open_key`` names what is wrong while it is open, and is the row's own id afterwards: a thing is open once.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    job = models.CharField(_("comprobación"), max_length=64)
    kind = models.CharField(_("qué no encaja"), max_length=64)
    object = models.CharField(_("dónde"), max_length=100)
    facts = models.TextField(_("datos"), default="{}")
    user_id = models.BigIntegerField(_("lector"), null=True, blank=True)
    state = models.CharField(_("estado"), max_length=8, choices=FindingState.choices, default=FindingState.OPEN)
    open_key = models.CharField(max_length=240, unique=True, editable=False)
    round = models.BigIntegerField(default=0, editable=False)
    found_at = models.DateTimeField(_("se encontró"), default=clock.now)
    seen_at = models.DateTimeField(_("visto por última vez"), default=clock.now)
    ended_at = models.DateTimeField(_("terminó"), null=True, blank=True)

    class Meta:
        verbose_name = _("comprobación de los datos")
        verbose_name_plural = _("comprobaciones de los datos")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["state", "-id"], name="core_finding_state"),
            models.Index(fields=["job", "state", "round"], name="core_finding_round"),
            models.Index(fields=["user_id"], name="core_finding_user"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.object}"


class ReconciliationWalk(models.Model):
    """How far a check has walked through its table. An empty position is the beginning of the next round."""

    job = models.CharField(primary_key=True, max_length=64)
    position = models.CharField(max_length=190, blank=True)
    round = models.BigIntegerField(default=1)
    moved_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.job}: {self.position}"
