"""Uploaded files, for staff only: readers get them from Telegram."""

from django.conf import settings
from django.contrib.admin.views.decorators import staff_member_required
from django.http import HttpRequest, HttpResponseBase
from django.views.static import serve

SHOWN = ("image/jpeg", "image/png", "image/webp", "image/gif")


@staff_member_required
def uploaded(request: HttpRequest, path: str) -> HttpResponseBase:
    """One file below MEDIA_ROOT. Pictures are shown; anything else is downloaded, never run in the admin's origin."""
    answer = serve(request, path, document_root=str(settings.MEDIA_ROOT))
    if answer.headers.get("Content-Type") not in SHOWN:
        answer["Content-Disposition"] = "attachment"
    return answer
