"""What the linter found in a draft, kept so that lists can show it."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from narrative.models.stories import Story
from yabot.core import clock


class DraftCheck(models.Model):
    """How many findings a draft had when it was as ``mark`` says; ``fragments`` holds errors and warnings by key."""

    story = models.OneToOneField(
        Story, on_delete=models.CASCADE, primary_key=True, related_name="+", verbose_name=_("historia")
    )
    mark = models.CharField(_("borrador"), max_length=200)
    errors = models.PositiveIntegerField(_("errores"), default=0)
    warnings = models.PositiveIntegerField(_("avisos"), default=0)
    fragments: Any = models.JSONField(_("por fragmentos"), default=dict, blank=True)
    at = models.DateTimeField(_("cuándo"), default=clock.now)

    class Meta:
        verbose_name = _("revisión de un borrador")
        verbose_name_plural = _("revisiones de los borradores")

    def __str__(self) -> str:
        return f"{self.story_id} {self.errors}/{self.warnings}"
