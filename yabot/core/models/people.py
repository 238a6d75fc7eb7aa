"""Who talks with the bot, and where."""

import zoneinfo

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from yabot.core import clock


def validate_time_zone(name: str) -> None:
    """Refuse a name that is no IANA time zone."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("«%(name)s» no es una zona horaria."), code="CORE101", params={"name": name})


class TelegramUser(models.Model):
    """A person on Telegram, by their Telegram id. Blocked and erased people keep their row, never their data."""

    id = models.BigIntegerField(_("id de Telegram"), primary_key=True)
    first_name = models.CharField(_("nombre"), max_length=64, blank=True)
    last_name = models.CharField(_("apellido"), max_length=64, blank=True)
    username = models.CharField(_("usuario"), max_length=64, blank=True, db_index=True)
    language_code = models.CharField(_("idioma de su Telegram"), max_length=16, blank=True)
    language = models.CharField(
        _("idioma elegido"), max_length=8, blank=True, help_text=_("Vacío: se usa el de su Telegram.")
    )
    time_zone = models.CharField(_("zona horaria"), max_length=64, default="UTC", validators=[validate_time_zone])
    is_calm = models.BooleanField(_("con calma"), null=True, blank=True, help_text=_("Las páginas largas se teclean."))
    describe_pictures = models.BooleanField(
        _("con descripciones"), null=True, blank=True, help_text=_("De cada imagen se dice lo que se ve.")
    )
    quiet_from = models.PositiveSmallIntegerField(_("silencio desde las"), null=True, blank=True)
    quiet_until = models.PositiveSmallIntegerField(_("silencio hasta las"), null=True, blank=True)
    started_at = models.DateTimeField(
        _("escribió al bot"),
        null=True,
        blank=True,
        help_text=_("Antes de su primer mensaje el bot no puede escribirle."),
    )
    blocked_at = models.DateTimeField(_("bloqueó al bot"), null=True, blank=True)
    consent_at = models.DateTimeField(_("dio su consentimiento"), null=True, blank=True)
    erased_at = models.DateTimeField(_("datos borrados"), null=True, blank=True)
    created_at = models.DateTimeField(_("visto por primera vez"), default=clock.now)

    class Meta:
        verbose_name = _("lector")
        verbose_name_plural = _("lectores")
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["created_at"], name="core_user_created"),
            # Of each situation the back office can ask for, because any of them may be rare.
            models.Index(
                fields=["created_at"],
                name="core_user_active",
                condition=models.Q(started_at__isnull=False, blocked_at__isnull=True, erased_at__isnull=True),
            ),
            models.Index(
                fields=["created_at"],
                name="core_user_silent",
                condition=models.Q(started_at__isnull=True, erased_at__isnull=True),
            ),
            models.Index(fields=["created_at"], name="core_user_blocked", condition=models.Q(blocked_at__isnull=False)),
            models.Index(fields=["created_at"], name="core_user_erased", condition=models.Q(erased_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """The name to show to staff."""
        name = f"{self.first_name} {self.last_name}".strip() or (f"@{self.username}" if self.username else "")
        return name or str(self.pk)

    @property
    def spoken_language(self) -> str:
        """``es`` or ``en``: what the reader chose, else what their Telegram speaks, else Spanish."""
        return self.language or ("en" if self.language_code.lower().startswith("en") else "es")

    @property
    def is_reachable(self) -> bool:
        """Whether the bot may write to them in private."""
        return self.started_at is not None and self.blocked_at is None and self.erased_at is None


class KnownBot(models.Model):
    """The bot itself, as Telegram calls it: links to it carry its name. The one met last is the one that runs."""

    id = models.BigIntegerField(_("id de Telegram"), primary_key=True)
    username = models.CharField(_("usuario"), max_length=64)
    met_at = models.DateTimeField(_("visto"), default=clock.now)

    class Meta:
        verbose_name = _("bot")
        verbose_name_plural = _("bots")
        ordering = ["-met_at"]

    def __str__(self) -> str:
        return f"@{self.username}"


class BotStatus(models.TextChoices):
    """What the bot may do in a chat."""

    ADMINISTRATOR = "administrator", _("administrador")
    MEMBER = "member", _("miembro")
    LEFT = "left", _("fuera")


class TelegramChat(models.Model):
    """A group or channel the bot has been added to, with the rights it has there now."""

    id = models.BigIntegerField(_("id de Telegram"), primary_key=True)
    type = models.CharField(_("tipo"), max_length=16)
    title = models.CharField(_("título"), max_length=255, blank=True)
    username = models.CharField(_("usuario"), max_length=64, blank=True)
    bot_status = models.CharField(
        _("el bot es"), max_length=16, choices=BotStatus.choices, default=BotStatus.LEFT, db_index=True
    )
    bot_status_at = models.DateTimeField(_("desde"), default=clock.now)
    migrated_to = models.BigIntegerField(_("ahora es el chat"), null=True, blank=True)
    created_at = models.DateTimeField(_("visto por primera vez"), default=clock.now)

    class Meta:
        verbose_name = _("grupo o canal")
        verbose_name_plural = _("grupos y canales")
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title or str(self.pk)
