"""What readers reach together."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from narrative.models.hints import Hint
from yabot.core.ids import uuid7
from yabot.core.reactions import HEART


class CommunityGoal(models.Model):
    """So many anonymous reactions in a channel open a hint for everyone."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("nombre"), max_length=120)
    chat_id = models.BigIntegerField(
        _("canal"), null=True, blank=True, help_text=_("El id del canal. Vacío: se suman todos los canales.")
    )
    emoji = models.CharField(_("emoji"), max_length=16, default=HEART)
    target = models.PositiveIntegerField(
        _("meta"), default=500, help_text=_("Cuántas reacciones hacen falta en total.")
    )
    hint = models.ForeignKey(
        Hint, on_delete=models.PROTECT, verbose_name=_("pista"), help_text=_("La que se abre para todos.")
    )
    is_active = models.BooleanField(_("activa"), default=True)
    total = models.PositiveIntegerField(_("van"), default=0, editable=False)
    reached_at = models.DateTimeField(_("alcanzada"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("meta común")
        verbose_name_plural = _("metas comunes")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
