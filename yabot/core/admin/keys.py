"""Programs that use the API: their keys, what they may do, when they were last seen."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from yabot.core import keys
from yabot.core.admin import confirming
from yabot.core.admin.base import CheckboxSelectMultiple, ModelAdmin, Tone, badge, column
from yabot.core.admin.confirming import Question
from yabot.core.models import ModuleKey

_MODULES = {
    "core": _("Lectores y eventos"),
    "narrative": _("Historia"),
    "gamification": _("Economía"),
    "channeladmin": _("Canal"),
}
_VERBS = {
    "read": _("leer"),
    "write": _("escribir"),
    "ports": _("preguntas y encargos de nuestros otros procesos"),
    "drafts": _("borradores de las historias"),
    "webhooks": _("webhooks (quien los añade se entera de todo)"),
    "metrics": _("métricas para Prometheus"),
}
_STATES = {
    "active": (_("activa"), Tone.GOOD),
    "expired": (_("caducada"), Tone.CALM),
    "revoked": (_("retirada"), Tone.BAD),
}


def _right_name(right: str) -> str:
    module, _sep, verb = right.partition(":")
    return f"{_MODULES[module]}: {_VERBS[verb]}"


class KeyForm(forms.ModelForm):
    """What a program may do."""

    rights = forms.MultipleChoiceField(
        label=_("Permisos"),
        choices=lambda: [(right, _right_name(right)) for right in keys.RIGHTS],
        widget=CheckboxSelectMultiple,
    )

    class Meta:
        model = ModuleKey
        fields = ("name", "rights", "user_id", "expires_at")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.rights:
            self.initial["rights"] = self.instance.rights.split()

    def clean_rights(self) -> str:
        """As they are stored."""
        return " ".join(sorted(self.cleaned_data["rights"]))


@admin.register(ModuleKey)
class ModuleKeyAdmin(ModelAdmin):
    """Who may use the API. A secret is shown once; a key is withdrawn, never deleted."""

    icon = "key"
    form = KeyForm
    list_display = ["name", "shown_prefix", "may", "state", "expires_at", "last_used_at"]
    search_fields = ["name", "prefix"]
    actions = ["rotate", "revoke"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What a key may do is decided when it is made: another right is another key."""
        return ("name", "may", "user_id", "expires_at", "state", "last_used_at") if obj else ()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The form of a new key; the facts of one that is there."""
        return self.get_readonly_fields(request, obj) or ("name", "rights", "user_id", "expires_at")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: what a key did stays told."""
        return False

    def save_model(self, request: HttpRequest, obj: ModuleKey, form: Any, change: bool) -> None:
        """Through the service, which alone knows the secret."""
        if change:
            return
        made, secret = keys.create(obj.name, obj.rights.split(), expires_at=obj.expires_at, user_id=obj.user_id)
        obj.pk, obj.prefix = made.pk, made.prefix
        request.yabot_secret = secret  # type: ignore[attr-defined]

    def response_add(self, request: HttpRequest, obj: ModuleKey, post_url_continue: Any = None) -> HttpResponse:
        """The secret, now and never again."""
        return self._show_secret(request, obj, request.yabot_secret)  # type: ignore[attr-defined]

    def has_change_key_permission(self, request: HttpRequest) -> bool:
        """Who may change keys may replace and withdraw them."""
        return request.user.has_perm("core.change_modulekey")

    @admin.action(description=_("Cambiar por una nueva"), permissions=["change_key"])
    def rotate(self, request: HttpRequest, queryset: QuerySet[ModuleKey]) -> HttpResponse | None:
        """A successor for one key, after a question."""
        key = queryset.first()
        if key is None or queryset.count() != 1:
            self.message_user(request, _("Elige una sola: el secreto se enseña una vez."), messages.WARNING)
            return None
        if not confirming.is_confirmed(request):
            warning = _("La llave de ahora deja de valer dentro de 24 horas. Hasta entonces valen las dos.")
            return confirming.ask(self, request, queryset, Question(_("¿Cambiar la llave por una nueva?"), [warning]))
        try:
            made, secret = keys.rotate(key.pk)
        except keys.NoSuccessor as error:
            self.message_user(request, error.sentence((get_language() or "es")[:2]), messages.ERROR)
            return None
        self.log_change(request, key, str(_("Se cambió por una nueva.")))
        return self._show_secret(request, made, secret)

    @admin.action(description=_("Retirar"), permissions=["change_key"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ModuleKey]) -> HttpResponse | None:
        """End the chosen keys at once, after a question."""
        if not confirming.is_confirmed(request):
            warning = _("Los programas que las usan dejan de poder entrar en este momento. No se puede deshacer.")
            return confirming.ask(self, request, queryset, Question(_("¿Retirar estas llaves?"), [warning]))
        for key in queryset:
            if keys.revoke(key.pk):
                self.log_change(request, key, str(_("Se retiró.")))
        self.message_user(request, _("Hecho: ya no valen."), messages.SUCCESS)
        return None

    def _show_secret(self, request: HttpRequest, key: ModuleKey, secret: str) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("La llave de %(name)s") % {"name": key.name},
            "opts": self.model._meta,
            "secret": secret,
            "advice": _("Cópiala ahora y guárdala en el programa que la usa: no se vuelve a enseñar."),
            "danger": _("Quien la tenga puede hacer todo lo que ella permite. Si se pierde, retírala."),
            "media": self.media,
        }
        return TemplateResponse(request, "admin/yabot_secret.html", context)

    @column(_("llave"))
    def shown_prefix(self, row: ModuleKey) -> str:
        """Its beginning, to recognise it by."""
        return f"yk_{row.prefix}_…"

    @column(_("permite"))
    def may(self, row: ModuleKey) -> str:
        """Its rights, in words."""
        return ", ".join(_right_name(right) for right in row.rights.split())

    @column(_("estado"))
    def state(self, row: ModuleKey) -> str:
        """Whether it opens the door."""
        return badge(*_STATES[keys.state_of(row)])
