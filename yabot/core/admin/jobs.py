"""What runs by itself, and how it is."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from yabot.core.admin.base import LargeTableAdmin, ModelAdmin, ReadOnlyAdmin, Tone, badge, column
from yabot.core.admin.reading import milliseconds
from yabot.core.models import Heartbeat, JobRun


@admin.register(JobRun)
class JobRunAdmin(ReadOnlyAdmin, LargeTableAdmin):
    """Read only: each run of each periodic job."""

    icon = "schedule"
    list_display = ["due_at", "job", "status", "took"]
    list_filter = ["due_at"]
    search_fields = ["job"]
    fields = ["job", "due_at", "started_at", "finished_at", "status", "error"]

    @column(_("resultado"))
    def status(self, row: JobRun) -> str:
        """Done, failed or under way."""
        if row.error:
            return badge(_("falló"), Tone.BAD)
        return badge(_("hecha"), Tone.GOOD) if row.finished_at else badge(_("en marcha"), Tone.CALM)

    @column(_("duró"), empty="—")
    def took(self, row: JobRun) -> str | None:
        """From its start to its end."""
        return milliseconds((row.finished_at - row.started_at).total_seconds()) if row.finished_at else None


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin, ModelAdmin):
    """Read only: the last word of each part of the system."""

    icon = "ecg_heart"
    list_display = ["name", "beat_at", "good_at", "detail"]
