"""Links into the story, as they are shared: t.me/bot?start=h-..."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from yabot.core import clock
from yabot.core.ids import uuid7


class StoryLink(models.Model):
    """A short random name for a story, a fragment of it or a hint; by key, so that it outlives their rows."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    token = models.CharField(_("nombre corto"), max_length=16, unique=True)
    story = models.CharField(_("historia"), max_length=64, blank=True)
    fragment = models.CharField(_("fragmento"), max_length=64, blank=True)
    hint = models.CharField(_("pista"), max_length=64, blank=True)
    created_at = models.DateTimeField(_("creado"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("enlace")
        verbose_name_plural = _("enlaces")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["story", "fragment", "hint"], name="narrative_link_once")]

    def __str__(self) -> str:
        return self.token
