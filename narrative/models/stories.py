"""Stories as they are released and read. What a story says is one immutable value (``narrative/story``)."""

from typing import Any, ClassVar, NoReturn

from django.db import models
from django.utils.translation import gettext_lazy as _

from narrative.errors import ReleaseIsImmutable
from yabot.core import clock
from yabot.core.ids import uuid7


class Story(models.Model):
    """A story readers can find: what they see of it before they begin, and the release they begin with."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.SlugField(_("clave"), max_length=64, unique=True, help_text=_("Un nombre corto que no cambia."))
    title_es = models.CharField(_("título"), max_length=200)
    title_en = models.CharField(_("título en inglés"), max_length=200, blank=True, help_text=_("Vacío: el español."))
    live = models.ForeignKey(
        "Release",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("edición publicada"),
        help_text=_("Con la que empiezan los lectores nuevos."),
    )
    language = models.CharField(_("idioma original"), max_length=2, default="es")
    titles: Any = models.JSONField(_("título por idioma"), default=dict, blank=True, editable=False)
    pitches: Any = models.JSONField(_("presentación por idioma"), default=dict, blank=True, editable=False)
    start = models.CharField(_("empieza en"), max_length=64, blank=True, help_text=_("La clave del primer fragmento."))
    tells_left = models.BooleanField(
        _("dice cuánto queda"), default=False, help_text=_("En cada página: «Quedan de 2 a 9 decisiones.»")
    )
    order = models.PositiveIntegerField(_("orden"), default=0)
    review_asked_by = models.CharField(_("quién pide que se publique"), max_length=150, blank=True, editable=False)
    review_asked_at = models.DateTimeField(_("cuándo lo pidió"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("creada"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("historia")
        verbose_name_plural = _("historias")
        ordering = ["order", "key"]
        permissions = [
            ("release_story", _("Puede publicar historias")),
            ("playtest_story", _("Puede probar historias")),
        ]

    def __str__(self) -> str:
        return self.title_es


class ReleaseQuerySet(models.QuerySet["Release"]):
    """Releases are written once; what changes is only how far they have come."""

    def update(self, **changes: Any) -> int:
        """How far they have come. Raises ReleaseIsImmutable for anything else."""
        if not changes.keys() <= Release.PROGRESS:
            raise ReleaseIsImmutable
        return super().update(**changes)

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Raises ReleaseIsImmutable."""
        raise ReleaseIsImmutable

    def delete(self) -> NoReturn:
        """Raises ReleaseIsImmutable."""
        raise ReleaseIsImmutable


class Release(models.Model):
    """A story as it was on one day. It never changes: whoever reads it reads it to the end."""

    PROGRESS: ClassVar = frozenset({"is_waiting", "is_moving", "is_cancelled"})

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    story = models.ForeignKey(
        Story, on_delete=models.PROTECT, related_name="releases", db_index=False, verbose_name=_("historia")
    )
    number = models.PositiveIntegerField(_("número"))
    content = models.TextField(_("contenido"), editable=False)
    note = models.TextField(_("nota"), blank=True, help_text=_("Qué ha cambiado, para el equipo."))
    author = models.CharField(_("quién"), max_length=150, blank=True)
    fragments = models.PositiveIntegerField(_("fragmentos"), default=0)
    reason = models.TextField(_("por qué con avisos"), blank=True, help_text=_("Por qué sale con avisos sin resolver."))
    lint: Any = models.JSONField(_("revisión"), default=dict, blank=True, editable=False)
    moves: Any = models.JSONField(_("traslados"), default=dict, blank=True, editable=False)
    goes_live_at = models.DateTimeField(_("sale"), null=True, blank=True, help_text=_("Vacío: salió al hacerse."))
    is_waiting = models.BooleanField(_("espera su hora"), default=False)
    is_moving = models.BooleanField(_("trasladando lectores"), default=False)
    is_cancelled = models.BooleanField(_("no salió"), default=False)
    created_at = models.DateTimeField(_("cuándo"), default=clock.now)

    class Meta:
        verbose_name = _("edición")
        verbose_name_plural = _("ediciones")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["story", "number"], name="narrative_release_once")]

    objects = ReleaseQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.story_id} #{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write it the first time; afterwards raises ReleaseIsImmutable."""
        if not self._state.adding:
            raise ReleaseIsImmutable
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Raises ReleaseIsImmutable."""
        raise ReleaseIsImmutable


class ReaderProgress(models.Model):
    """Where a reader stands in a story. ``step`` is the fence: of two presses at once, one moves."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user_id = models.BigIntegerField(_("lector"))
    story = models.ForeignKey(
        Story, on_delete=models.PROTECT, related_name="readers", db_index=False, verbose_name=_("historia")
    )
    release = models.ForeignKey(
        Release, on_delete=models.PROTECT, related_name="readers", db_index=False, verbose_name=_("edición")
    )
    fragment = models.CharField(_("fragmento"), max_length=64)
    step = models.PositiveIntegerField(_("paso"), default=0)
    state: Any = models.JSONField(_("estado"), default=dict)
    checkpoint: Any = models.JSONField(_("punto de control"), null=True, blank=True)
    endings: Any = models.JSONField(_("finales"), default=list, blank=True)
    started_at = models.DateTimeField(_("empezó"), default=clock.now)
    moved_at = models.DateTimeField(_("último paso"), default=clock.now)

    class Meta:
        verbose_name = _("lector de una historia")
        verbose_name_plural = _("lectores de historias")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["user_id", "story"], name="narrative_progress_once")]
        indexes = [
            models.Index(fields=["user_id", "-moved_at"], name="narrative_progress_latest"),
            models.Index(fields=["release", "fragment"], name="narrative_progress_place"),
            models.Index(fields=["fragment", "user_id"], name="narrative_progress_where"),
            models.Index(fields=["moved_at"], name="narrative_progress_silent"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} → {self.fragment}"


class StepKind(models.TextChoices):
    """How a reader came to where a step led them."""

    BEGIN = "begin", _("empezó")
    CHOICE = "choice", _("eligió")
    UNDO = "undo", _("deshizo")
    CHECKPOINT = "checkpoint", _("volvió al punto de control")
    MOVED = "moved", _("pasó a otra edición")
    ENTERED = "entered", _("encontró la puerta abierta")
    LOCKED = "locked", _("tocó una opción cerrada")
    REVISITED = "revisited", _("volvió por un enlace")
    REFUNDED = "refunded", _("recuperó un precio")


class ProgressStep(models.Model):
    """One step of a reader: the story of their reading, and what an undo goes back to.

    What happens ``beside`` a step (a closed choice was tapped, a price went back) has the step's number and a name.
    ``shown`` is the page that this step led to, ``changed`` what it did.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    progress = models.ForeignKey(
        ReaderProgress, on_delete=models.CASCADE, related_name="steps", db_index=False, verbose_name=_("lectura")
    )
    release = models.ForeignKey(
        Release, on_delete=models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("edición")
    )
    number = models.PositiveIntegerField(_("paso"))
    beside = models.CharField(_("junto al paso"), max_length=80, blank=True, default="", editable=False)
    kind = models.CharField(_("cómo"), max_length=10, choices=StepKind.choices, default=StepKind.CHOICE)
    came_from = models.CharField(_("desde"), max_length=64, blank=True)
    choice = models.CharField(_("opción"), max_length=64, blank=True)
    fragment = models.CharField(_("hasta"), max_length=64)
    price = models.PositiveIntegerField(_("precio"), default=0)
    before: Any = models.JSONField(_("estado anterior"), default=dict, blank=True)
    shown: Any = models.JSONField(_("lo que vio"), default=dict, blank=True)
    changed: Any = models.JSONField(_("lo que cambió"), default=dict, blank=True)
    at = models.DateTimeField(_("cuándo"), default=clock.now)

    class Meta:
        verbose_name = _("paso")
        verbose_name_plural = _("pasos")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["progress", "number", "beside"], name="narrative_step_once")]

    def __str__(self) -> str:
        return f"{self.number}: {self.fragment}"
