"""Stories as they are being written: rows an editor changes one by one, and the value a release is made of."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from narrative.models.stories import Story
from yabot.core import clock
from yabot.core.ids import uuid7


class Locked(models.TextChoices):
    """What a reader sees of a choice they may not take."""

    SHOW = "show", _("se ve con candado")
    HIDE = "hide", _("no se ve")


class Repeat(models.TextChoices):
    """How often a choice can be taken."""

    ALWAYS = "always", _("siempre")
    ONCE = "once", _("una vez por lector")
    VISIT = "visit", _("una vez por visita")


class MediaKind(models.TextChoices):
    """What a file is for Telegram."""

    PHOTO = "photo", _("foto")
    VIDEO = "video", _("vídeo")
    ANIMATION = "animation", _("animación")
    AUDIO = "audio", _("audio")
    VOICE = "voice", _("nota de voz")
    DOCUMENT = "document", _("documento")


class MediaFile(models.Model):
    """A file of a story. It never changes, another picture is another file; ``file_id`` is Telegram's copy of it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    story = models.ForeignKey(
        Story, on_delete=models.PROTECT, related_name="media", db_index=False, verbose_name=_("historia")
    )
    path = models.CharField(_("nombre"), max_length=200)
    kind = models.CharField(_("qué es"), max_length=10, choices=MediaKind.choices, default=MediaKind.PHOTO)
    file = models.FileField(_("archivo"), upload_to="stories/%Y/%m/")
    digest = models.CharField(_("huella"), max_length=64, editable=False)
    size = models.PositiveIntegerField(_("bytes"), default=0, editable=False)
    file_id = models.CharField(_("copia en Telegram"), max_length=200, blank=True, editable=False)
    added_at = models.DateTimeField(_("añadido"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("archivo de una historia")
        verbose_name_plural = _("archivos de las historias")
        ordering = ["path"]
        constraints = [models.UniqueConstraint(fields=["story", "path"], name="narrative_media_once")]

    def __str__(self) -> str:
        return self.path


class Fragment(models.Model):
    """One piece of a story's draft. ``version`` counts its changes: of two editors at once, one is told."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    story = models.ForeignKey(
        Story, on_delete=models.PROTECT, related_name="fragments", db_index=False, verbose_name=_("historia")
    )
    key = models.SlugField(_("clave"), max_length=64, db_index=False, help_text=_("Un nombre corto que no cambia."))
    title = models.CharField(_("título"), max_length=200, blank=True)
    order = models.PositiveIntegerField(_("orden"), default=0)
    is_ending = models.BooleanField(_("es un final"), default=False)
    vip_required = models.BooleanField(_("solo VIP"), default=False)
    checkpoint = models.BooleanField(_("punto de control"), default=False)
    can_undo = models.BooleanField(_("se puede deshacer"), default=True)
    condition: Any = models.JSONField(_("condición"), default=dict, blank=True)
    variants: Any = models.JSONField(_("variantes"), default=list, blank=True)
    effects: Any = models.JSONField(_("efectos"), default=list, blank=True)
    fallback = models.CharField(_("si todo está cerrado"), max_length=64, blank=True)
    tags: Any = models.JSONField(_("etiquetas"), default=list, blank=True)
    media: Any = models.JSONField(_("imagen"), null=True, blank=True)
    x = models.IntegerField(_("x"), null=True, blank=True)
    y = models.IntegerField(_("y"), null=True, blank=True)
    note = models.TextField(_("nota"), blank=True)
    version = models.PositiveIntegerField(_("versión"), default=0)
    changed_at = models.DateTimeField(_("último cambio"), default=clock.now)
    changed_by = models.CharField(_("quién"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("fragmento")
        verbose_name_plural = _("fragmentos")
        ordering = ["story", "order", "key"]
        # The key first: a fragment is found by its key, and whoever reads a whole story does so in its order.
        constraints = [models.UniqueConstraint(fields=["key", "story"], name="narrative_fragment_once")]
        indexes = [
            models.Index(fields=["story", "order"], name="narrative_fragment_order"),
            models.Index(fields=["vip_required", "-changed_at"], name="narrative_fragment_vip"),
        ]

    def __str__(self) -> str:
        return self.title or self.key


class FragmentTag(models.Model):
    """That a fragment's draft has a tag: whoever wants the fragments with a tag finds them here."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    fragment = models.ForeignKey(
        Fragment, on_delete=models.CASCADE, related_name="tagged", db_index=False, verbose_name=_("fragmento")
    )
    tag = models.CharField(_("etiqueta"), max_length=64)

    class Meta:
        verbose_name = _("etiqueta de un fragmento")
        verbose_name_plural = _("etiquetas de los fragmentos")
        constraints = [models.UniqueConstraint(fields=["fragment", "tag"], name="narrative_tag_once")]
        indexes = [models.Index(fields=["tag", "fragment"], name="narrative_tag_of")]

    def __str__(self) -> str:
        return self.tag


class FragmentText(models.Model):
    """What a fragment says in one language. ``sources``: by the name of each text (also of variants and choices), marks
    of the original it is a translation of, and of itself."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    fragment = models.ForeignKey(
        Fragment, on_delete=models.CASCADE, related_name="texts", db_index=False, verbose_name=_("fragmento")
    )
    language = models.CharField(_("idioma"), max_length=2)
    title = models.CharField(_("título"), max_length=200, blank=True)
    body = models.TextField(_("texto"), blank=True)
    alt = models.TextField(_("descripción de la imagen"), blank=True)
    ending = models.CharField(_("nombre del final"), max_length=200, blank=True)
    sources: Any = models.JSONField(_("originales traducidos"), default=dict, blank=True, editable=False)
    changed_at = models.DateTimeField(_("último cambio"), default=clock.now)

    class Meta:
        verbose_name = _("texto de un fragmento")
        verbose_name_plural = _("textos de los fragmentos")
        constraints = [models.UniqueConstraint(fields=["fragment", "language"], name="narrative_text_once")]

    def __str__(self) -> str:
        return f"{self.fragment_id} {self.language}"


class Choice(models.Model):
    """A way on from a fragment's draft. ``target`` is a key: the fragment may still have to be written."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    story = models.ForeignKey(
        Story, on_delete=models.PROTECT, related_name="choices", db_index=False, verbose_name=_("historia")
    )
    fragment = models.ForeignKey(
        Fragment, on_delete=models.CASCADE, related_name="choices", db_index=False, verbose_name=_("fragmento")
    )
    key = models.SlugField(_("clave"), max_length=64, db_index=False)
    labels: Any = models.JSONField(_("texto del botón"), default=dict)
    target = models.CharField(_("lleva a"), max_length=64, blank=True)
    order = models.PositiveIntegerField(_("orden"), default=0)
    condition: Any = models.JSONField(_("condición"), default=dict, blank=True)
    effects: Any = models.JSONField(_("efectos"), default=list, blank=True)
    price = models.PositiveIntegerField(_("precio en besitos"), default=0)
    locked = models.CharField(_("si está cerrada"), max_length=4, choices=Locked.choices, default=Locked.SHOW)
    repeat = models.CharField(_("cuántas veces"), max_length=6, choices=Repeat.choices, default=Repeat.ALWAYS)

    class Meta:
        verbose_name = _("opción")
        verbose_name_plural = _("opciones")
        ordering = ["fragment", "order"]
        constraints = [models.UniqueConstraint(fields=["story", "key"], name="narrative_choice_once")]
        indexes = [models.Index(fields=["fragment", "order"], name="narrative_choice_order")]

    def __str__(self) -> str:
        return self.key


class DeclarationKind(models.TextChoices):
    """What a story may remember."""

    FLAG = "flag", _("marca")
    COUNTER = "counter", _("contador")


class Declaration(models.Model):
    """A flag or a counter that a story uses, what it is for, and what a lock says to readers who lack it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    story = models.ForeignKey(
        Story, on_delete=models.PROTECT, related_name="declared", db_index=False, verbose_name=_("historia")
    )
    key = models.SlugField(_("clave"), max_length=64, db_index=False)
    kind = models.CharField(_("qué es"), max_length=7, choices=DeclarationKind.choices, default=DeclarationKind.FLAG)
    order = models.PositiveIntegerField(_("orden"), default=0)
    note = models.CharField(_("para qué"), max_length=200, blank=True)
    missing = models.JSONField(_("qué dice si falta"), default=dict, blank=True)  # to readers, for each language

    class Meta:
        verbose_name = _("marca o contador")
        verbose_name_plural = _("marcas y contadores")
        ordering = ["story", "order", "key"]
        constraints = [models.UniqueConstraint(fields=["story", "key"], name="narrative_declared_once")]

    def __str__(self) -> str:
        return self.key


class Reference(models.Model):
    """That a fragment's draft uses something: who asks where a hint is used finds it here."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="+", db_index=False)
    fragment = models.CharField(_("fragmento"), max_length=64)
    choice = models.CharField(_("opción"), max_length=64, blank=True)
    kind = models.CharField(_("qué es"), max_length=12)
    key = models.CharField(_("clave"), max_length=200)

    class Meta:
        verbose_name = _("uso")
        verbose_name_plural = _("usos")
        indexes = [
            models.Index(fields=["kind", "key"], name="narrative_reference_used"),
            models.Index(fields=["story", "fragment"], name="narrative_reference_by"),
        ]

    def __str__(self) -> str:
        return f"{self.fragment}: {self.kind} {self.key}"


class FragmentVersion(models.Model):
    """A fragment's draft as it was after one change; without content after its deletion."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="+", db_index=False)
    fragment = models.CharField(_("fragmento"), max_length=64)
    version = models.PositiveIntegerField(_("versión"))
    content = models.TextField(_("contenido"), blank=True)
    author = models.CharField(_("quién"), max_length=150, blank=True)
    at = models.DateTimeField(_("cuándo"), default=clock.now)

    class Meta:
        verbose_name = _("cambio de un fragmento")
        verbose_name_plural = _("cambios de los fragmentos")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["story", "fragment", "version"], name="narrative_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.fragment} v{self.version}"


class StoryPath(models.Model):
    """A way through a story that has to stay as it is: every release walks it again."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    story = models.ForeignKey(
        Story, on_delete=models.CASCADE, related_name="paths", db_index=False, verbose_name=_("historia")
    )
    name = models.CharField(_("nombre"), max_length=100)
    persona: Any = models.JSONField(_("lector"), default=dict)
    start = models.CharField(_("desde"), max_length=64)
    choices: Any = models.JSONField(_("opciones"), default=list)
    screens: Any = models.JSONField(_("pantallas"), default=list)
    saved_by = models.CharField(_("quién"), max_length=150, blank=True)
    saved_at = models.DateTimeField(_("guardado"), default=clock.now)

    class Meta:
        verbose_name = _("camino guardado")
        verbose_name_plural = _("caminos guardados")
        ordering = ["story", "name"]
        constraints = [models.UniqueConstraint(fields=["story", "name"], name="narrative_path_once")]

    def __str__(self) -> str:
        return self.name
