"""Programs that hear what happens: their addresses, their secrets, and the calls they are owed."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from yabot.core import chains
from yabot.core.admin import confirming
from yabot.core.admin.base import CheckboxSelectMultiple, ModelAdmin, ReadOnlyAdmin, Tone, badge, column
from yabot.core.admin.confirming import Question
from yabot.core.admin.lists import ReaderRows
from yabot.core.admin.reading import code_block, short
from yabot.core.errors import DomainError
from yabot.core.models import CallState, EventRecord, WebhookDelivery, WebhookEndpoint
from yabot.core.webhooks import endpoints, payloads, queue, rules, signing

PART = 500
STATES = {CallState.WAITING: Tone.CALM, CallState.DONE: Tone.GOOD, CallState.DEAD: Tone.BAD}


def _event_choices() -> list[tuple[str, Any]]:
    return [(name, f"{chains.event_name(name)} ({name})") for name in rules.public_types()]


class WebhookForm(forms.ModelForm):
    """Name, address and events; what the service refuses is said beside its field."""

    event_types = forms.MultipleChoiceField(
        label=_("Eventos"),
        choices=_event_choices,
        required=False,
        widget=CheckboxSelectMultiple,
        help_text=_("Sin elegir ninguno, los recibe todos, también los que se inventen después."),
    )

    class Meta:
        model = WebhookEndpoint
        fields = ("name", "url", "event_types", "is_active")

    def clean_url(self) -> str:
        """Refuse an address that must not be called."""
        url = str(self.cleaned_data["url"])
        try:
            rules.check_url(url)
        except DomainError as error:
            raise ValidationError(error.sentence("es"), code=error.code) from None
        return url


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ModelAdmin):
    """Who listens, to what, and whether it works."""

    icon = "webhook"
    form = WebhookForm
    list_display = ["name", "url", "listens_to", "status", "note"]
    actions = ["ping", "rotate"]
    readonly_fields = ["status", "note"]
    fieldsets = [
        (None, {"fields": ["name", "url", "is_active"]}),
        (_("Qué quiere saber"), {"fields": ["event_types"]}),
        (_("Cómo le va"), {"fields": ["status", "note"]}),
    ]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A new one has nothing to tell yet."""
        return self.fieldsets if obj else self.fieldsets[:2]

    def save_model(self, request: HttpRequest, obj: WebhookEndpoint, form: Any, change: bool) -> None:
        """Through the service: only what was changed, because the webhook may be failing or be given a new secret."""
        if change:
            endpoints.change(obj.pk, **{name: form.cleaned_data[name] for name in form.changed_data})
            return
        made, _secret = endpoints.create(**form.cleaned_data)
        obj.pk, obj.salt = made.pk, made.salt

    def response_add(self, request: HttpRequest, obj: WebhookEndpoint, post_url_continue: Any = None) -> HttpResponse:
        """The secret, now and never again."""
        return self._show_secret(request, obj, signing.secret(obj))

    def has_change_endpoint_permission(self, request: HttpRequest) -> bool:
        """Who may change a webhook may test it and give it a new secret."""
        return request.user.has_perm("core.change_webhookendpoint")

    @admin.action(description=_("Enviar una prueba"), permissions=["change_endpoint"])
    def ping(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> None:
        """Call the chosen ones once, without an event."""
        for endpoint in queryset:
            try:
                endpoints.ping(endpoint.pk)
            except DomainError:
                self.message_user(request, _("%s: está apagado. Enciéndelo primero.") % endpoint, messages.WARNING)
                continue
            said = _("%s: la prueba sale ahora. Mira cómo acabó en «Llamadas de webhooks».") % endpoint
            self.message_user(request, said, messages.SUCCESS)

    @admin.action(description=_("Cambiar el secreto"), permissions=["change_endpoint"])
    def rotate(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> HttpResponse | None:
        """A new secret for one webhook, after a question."""
        endpoint = queryset.first()
        if endpoint is None or queryset.count() != 1:
            self.message_user(request, _("Elige uno solo: el secreto se enseña una vez."), messages.WARNING)
            return None
        if not confirming.is_confirmed(request):
            warning = _("El secreto de ahora deja de valer dentro de 24 horas. Hasta entonces se firma con los dos.")
            return confirming.ask(self, request, queryset, Question(_("¿Cambiar el secreto?"), [warning]))
        changed, secret = endpoints.rotate(endpoint.pk)
        self.log_change(request, changed, str(_("Se cambió el secreto.")))
        return self._show_secret(request, changed, secret)

    def _show_secret(self, request: HttpRequest, endpoint: WebhookEndpoint, secret: str) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("El secreto de %(name)s") % {"name": endpoint.name},
            "opts": self.model._meta,
            "secret": secret,
            "media": self.media,
        }
        return TemplateResponse(request, "admin/yabot_secret.html", context)

    @column(_("escucha"))
    def listens_to(self, row: WebhookEndpoint) -> str:
        """The events, in words."""
        if not row.event_types:
            return str(_("todo"))
        return short(", ".join(str(chains.event_name(name)) for name in row.event_types), 70)

    @column(_("estado"))
    def status(self, row: WebhookEndpoint) -> str:
        """On, off, or in trouble."""
        if not row.is_active:
            return badge(_("apagado por el sistema"), Tone.BAD) if row.note else badge(_("apagado"))
        return badge(_("falla"), Tone.WARNING) if row.failing_since else badge(_("activo"), Tone.GOOD)


class AbandonedFirst(admin.SimpleListFilter):
    """Without a choice, the abandoned ones: the others need nobody."""

    title = _("estado")
    parameter_name = "estado"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        """The other choices."""
        return [("espera", _("en espera")), ("hechas", _("recibidas")), ("todas", _("todas"))]

    def choices(self, changelist: Any) -> Any:
        """Django's "all" is called what it is here."""
        first, *others = super().choices(changelist)
        return [{**first, "display": _("abandonadas")}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[WebhookDelivery]) -> QuerySet[WebhookDelivery]:
        """Calls in the chosen state."""
        if self.value() == "todas":
            return queryset
        chosen = {"espera": CallState.WAITING, "hechas": CallState.DONE}
        return queryset.filter(state=chosen.get(str(self.value()), CallState.DEAD))


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin, ReaderRows):
    """What each webhook was told, and what it answered."""

    icon = "call_made"
    list_display = ["created_at", "what", "endpoint", "reader", "status", "answer", "attempts", "chain"]
    list_filter = [AbandonedFirst, "endpoint"]
    list_select_related = ["endpoint"]
    actions = ["replay"]
    fieldsets = [
        (None, {"fields": ["what", "endpoint", "reader", "status", "answer", "chain"]}),
        (_("Tiempos"), {"fields": ["created_at", "due_at", "finished_at", "attempts"]}),
        (_("Detalles técnicos"), {"fields": ["id", "event_id", "error", "body"], "classes": ["collapse"]}),
    ]

    def has_replay_permission(self, request: HttpRequest) -> bool:
        """Whoever may change calls may have them made again; nobody edits them by hand."""
        return request.user.has_perm("core.change_webhookdelivery")

    @admin.action(description=_("Volver a llamar"), permissions=["replay"])
    def replay(self, request: HttpRequest, queryset: QuerySet[WebhookDelivery]) -> None:
        """Make the chosen calls again."""
        keys: Sequence[Any] = list(queryset.exclude(state=CallState.WAITING).values_list("pk", flat=True))
        count = sum(queue.replay(keys[start : start + PART]) for start in range(0, len(keys), PART))
        said = ngettext("%d llamada vuelve a hacerse.", "%d llamadas vuelven a hacerse.", count) % count
        self.message_user(request, said, messages.SUCCESS if count else messages.WARNING)

    @column(_("qué pasó"))
    def what(self, row: WebhookDelivery) -> chains.Text:
        """The event's name for people."""
        return _("Prueba") if row.type == endpoints.PING else chains.event_name(row.type)

    @column(_("estado"), ordering="state")
    def status(self, row: WebhookDelivery) -> str:
        """Waiting, received or abandoned."""
        return badge(row.get_state_display(), STATES[CallState(row.state)])

    @column(_("respuesta"), empty="—")
    def answer(self, row: WebhookDelivery) -> str | None:
        """What the receiver said last."""
        return short(row.error, 60) or (str(row.status_code) if row.status_code else None)

    @column(_("lo que se envía"), empty="—")
    def body(self, row: WebhookDelivery) -> str | None:
        """The body, as the receiver gets it."""
        body = payloads.body_of(row, EventRecord.objects.filter(pk=row.event_id).first())
        return code_block(body.decode()) if body else None
