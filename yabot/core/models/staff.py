"""Which Telegram account belongs to whom of the team."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from yabot.core.ids import uuid7


class StaffTelegram(models.Model):
    """A person of the team and their own chat with the bot; the code that links them is kept as a hash only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    staff = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="telegram")
    user_id = models.BigIntegerField(_("id de Telegram"), null=True, blank=True)
    code_hash = models.CharField(max_length=64, blank=True, db_index=True)
    code_until = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.staff} → {self.user_id or '—'}"
