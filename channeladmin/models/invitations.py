"""How somebody becomes VIP: the link behind the button at a closed chapter."""

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from yabot.core.ids import uuid7

_LINK = URLValidator(schemes=["https"])


def validate_link(link: str) -> None:
    """Refuse what Telegram opens from no button: only https, also to t.me."""
    try:
        _LINK(link)
    except ValidationError:
        raise ValidationError(_("Debe ser un enlace que empiece por https://."), code="CHA011") from None


class VipInvitation(models.Model):
    """Where readers who want to be VIP are sent. There is at most one."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    url = models.CharField(
        _("enlace"),
        max_length=200,
        validators=[validate_link],
        help_text=_("Donde se paga o se pregunta: https://t.me/… o tu página. Es el botón ante un capítulo VIP."),
    )
    words_es = models.CharField(_("texto del botón"), max_length=40, default="Quiero ser VIP")
    words_en = models.CharField(_("texto del botón en inglés"), max_length=40, default="I want to be VIP")

    class Meta:
        verbose_name = _("cómo ser VIP")
        verbose_name_plural = _("cómo ser VIP")

    def __str__(self) -> str:
        return self.url
