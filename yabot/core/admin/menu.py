"""The back office's menu: by what people work on, not by where the code is. The same for both themes."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _

from yabot.core import health

READERS = ("TelegramUser", "Reaction", "ReactionTotal")
CHANNEL = ("TelegramChat",)
GROUPS: tuple[tuple[Any, tuple[str, ...], tuple[str, ...]], ...] = (
    (_("Lectores"), (), READERS),
    (_("Economía"), ("gamification",), ()),
    (_("Historia"), ("narrative",), ()),
    (_("Canal"), ("channeladmin",), CHANNEL),
    (
        _("Sistema"),
        (),
        (
            "EventRecord",
            "Delivery",
            "OutgoingMessage",
            "InboundUpdate",
            "ModuleKey",
            "WebhookEndpoint",
            "WebhookDelivery",
            "ReconciliationFinding",
            "OperationSample",
            "JobRun",
            "Heartbeat",
        ),
    ),
    (_("Equipo"), ("auth",), ()),
)


def grouped(app_list: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Django's list of apps and models, as the groups above; what belongs to no group comes last."""
    left = {entry["model"]: (app["app_label"], entry) for app in app_list for entry in app["models"]}
    groups = []
    for title, labels, names in GROUPS:
        chosen = [model for model, (label, _entry) in left.items() if label in labels]
        chosen += [model for name in names for model in left if model.__name__ == name and left[model][0] == "core"]
        groups.append(_group(title, [left.pop(model)[1] for model in chosen]))
    groups.append(_group(_("Otros"), [entry for _label, entry in left.values()]))
    return [group for group in groups if group["models"]]


def _group(title: Any, models: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": title,
        "app_label": str(title).lower(),
        "app_url": reverse("admin:index"),
        "has_module_perms": True,
        "models": models,
    }


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """unfold's menu: the groups with icons, and how much waits for a person."""
    beginning = {
        "title": None,
        "items": [
            {"title": _("Inicio"), "icon": "home", "link": reverse_lazy("admin:index")},
            {"title": _("Estado del sistema"), "icon": "vital_signs", "link": reverse_lazy("admin:status")},
        ],
    }
    return [beginning, *(_sidebar_group(group) for group in admin.site.get_app_list(request))]


def _sidebar_group(group: dict[str, Any]) -> dict[str, Any]:
    return {"title": group["name"], "separator": True, "items": [_sidebar_item(entry) for entry in group["models"]]}


def _sidebar_item(entry: dict[str, Any]) -> dict[str, Any]:
    model = entry["model"]
    item = {
        "title": str(entry["name"]),
        "icon": getattr(admin.site._registry[model], "icon", "article"),
        "link": entry["admin_url"],
    }
    count = WAITING[model.__name__]() if model.__name__ in WAITING else 0
    return item | {"badge": min(count, 999)} if count else item


WAITING = {
    "Delivery": health.dead_letters,
    "OutgoingMessage": health.undecided_messages,
    "ReconciliationFinding": health.open_findings,
}
