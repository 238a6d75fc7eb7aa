"""The linter's badge in lists: how much there is to mend, with the way to where it says what."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from narrative.models import Fragment, Story
from narrative.services import checks
from yabot.core.admin.base import Tone, badge, column


class Checked:
    """A list of stories or fragments with a column ``found``; the badges of a page are read together."""

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The list, its rows with what was found in each."""
        shown = super().get_changelist_instance(request)  # type: ignore[misc]
        rows = list(shown.result_list)
        found = checks.of({story.pk: story for story in map(_story, rows)}.values())
        for row in rows:
            row.check_of_draft = found.get(_story(row).pk)
        return shown

    @column(_("por corregir"))
    def found(self, row: Any) -> SafeString:
        """Errors and warnings that are proved; the readers who play are on the page it leads to."""
        check = row.check_of_draft
        if check is None:
            shown = badge(_("sin revisar"))
        elif isinstance(row, Story):
            shown = _badge(check.errors, check.warnings)
        else:
            shown = _badge(*check.fragments.get(row.key, (0, 0)))
        return format_html('<a href="{}">{}</a>', reverse("admin:narrative_story_review", args=[_story(row).pk]), shown)


def _story(row: Story | Fragment) -> Story:
    return row if isinstance(row, Story) else row.story


def _badge(errors: int, warnings: int) -> SafeString:
    said = [ngettext("%d error", "%d errores", errors) % errors] if errors else []
    said += [ngettext("%d aviso", "%d avisos", warnings) % warnings] if warnings else []
    tone = Tone.BAD if errors else Tone.WARNING if warnings else Tone.GOOD
    return badge(" · ".join(said) or _("limpio"), tone)
