"""One page that asks "are you sure?" before an action, in both themes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.contrib.admin import helpers
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse

from yabot.core.chains import Text

SHOWN = 20


def is_confirmed(request: HttpRequest) -> bool:
    """Whether the person pressed the button of the page below."""
    return request.POST.get("confirmed") == "yes"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: a title, what to know before, and how a row is called."""

    title: Text
    warnings: Sequence[Text]
    describe: Callable[[Any], str] = str


def ask(
    model_admin: admin.ModelAdmin, request: HttpRequest, chosen: QuerySet[Any], question: Question
) -> TemplateResponse:
    """Show what would happen to the chosen rows; the button repeats the same action, confirmed."""
    context = {
        **model_admin.admin_site.each_context(request),
        "title": question.title,
        "warnings": question.warnings,
        "opts": model_admin.model._meta,
        "rows": [question.describe(row) for row in chosen[:SHOWN]],
        "more": max(0, chosen.count() - SHOWN),
        "keys": request.POST.getlist(helpers.ACTION_CHECKBOX_NAME),
        "key_name": helpers.ACTION_CHECKBOX_NAME,
        "action": request.POST.get("action", ""),
        "select_across": request.POST.get("select_across", "0"),
        "media": model_admin.media,
    }
    return TemplateResponse(request, "admin/yabot_confirm.html", context)
