"""Bringing a story in, with a report before anything is made, and taking one out."""

import base64
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from narrative.admin.desk import rights
from narrative.admin.desk.forms import key_from
from narrative.admin.desk.languages import spoken
from narrative.exchange import (
    Brought,
    Bundle,
    ExchangeError,
    read_any,
    read_csv,
    read_po,
    write_bundle,
    write_csv,
    write_po,
    write_twee,
)
from narrative.exchange.refusal import MOST_BYTES
from narrative.models import Story
from narrative.services import drafts, imports, translated
from narrative.story.content import LANGUAGES
from narrative.story.content import Story as Told
from narrative.story.reading import KEY
from yabot.core.errors import DomainError

SHOWN = 200
KEPT = 1_200_000  # a larger file is chosen again: forms take 2.5 MB
FORMATS = {
    "bundle": (gettext_lazy("Paquete completo (.zip)"), "application/zip", "zip"),
    "twee": ("Twine (Twee 3)", "text/plain; charset=utf-8", "twee"),
    "csv": (gettext_lazy("Tabla para traducir (CSV)"), "text/csv; charset=utf-8", "csv"),
    "po": (gettext_lazy("Archivo para traducir (PO)"), "text/x-gettext-translation; charset=utf-8", "po"),
}


def show(request: HttpRequest, pk: Any, admin: Any) -> HttpResponse:
    """Take the draft out; bring a translation in."""
    story = rights.story_for(request, pk)
    chosen = request.GET.get("formato", "")
    if chosen in FORMATS:
        return _download(request, story, chosen)
    refused: list[str] = []
    if request.method == "POST" and request.FILES.get("file"):
        rights.demand(request, rights.WRITE)
        refused = _translate(request, story)
    titles = [(key, title) for key, (title, _type, _ending) in FORMATS.items()]
    context = {"title": _("Exportar"), "story": story, "formats": titles, "refused": refused[:SHOWN]}
    return rights.page(request, admin, "exchange", context)


def _download(request: HttpRequest, story: Story, chosen: str) -> HttpResponse:
    _title, kind, ending = FORMATS[chosen]
    data = _written(story, chosen)
    if chosen in {"bundle", "twee"}:
        _warn(request, data, ending)
    answer = HttpResponse(data, content_type=kind)
    name = story.key if chosen in {"bundle", "twee"} else f"{story.key}.{_other(story)}"
    answer["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    return answer


def _warn(request: HttpRequest, data: bytes, ending: str) -> None:
    """Say so when what goes out could not come in again: it is too large."""
    try:
        read_any(data, f"x.{ending}")
    except DomainError as refused:
        messages.warning(request, _("Este archivo no se podrá volver a importar: %s") % refused.sentence(spoken()))


def _written(story: Story, chosen: str) -> bytes:
    told = drafts.told(story)
    if chosen == "bundle":
        return write_bundle(Bundle(told, _media(story, told)))
    if chosen == "twee":
        return write_twee(told).encode()
    write = write_csv if chosen == "csv" else write_po
    mark = b"\xef\xbb\xbf" if chosen == "csv" else b""  # spreadsheets look for it
    return mark + write(told, _other(story), drafts.stale(story, told)).encode()


def _media(story: Story, told: Told) -> dict[str, bytes]:
    """The files its fragments show."""
    named = {part.media.file for part in told.fragments if part.media}
    found = {}
    for row in story.media.filter(path__in=named):
        with row.file.open("rb") as stream:
            found[row.path] = stream.read()
    return found


def _other(story: Story) -> str:
    return "es" if story.language == "en" else "en"


def _translate(request: HttpRequest, story: Story) -> list[str]:
    """Take a translator's file; the sentences of what was refused."""
    given: Any = request.FILES["file"]
    data = given.read(MOST_BYTES + 1)
    try:
        read = read_po if str(given.name).lower().endswith((".po", ".pot")) else read_csv
        result = translated.bring(story, _other(story), read(data), by=request.user.get_username())
    except DomainError as refused:
        messages.error(request, refused.sentence(spoken()))
        return []
    messages.success(request, _("Traducciones tomadas: %d.") % result.taken)
    return [one.sentence(spoken()) for one in result.refused]


# --- bringing a story in ----------------------------------------------------------------------------------------------
def bring(request: HttpRequest, admin: Any) -> HttpResponse:
    """Three screens: choose a file, read the report, make the draft."""
    rights.demand(request, rights.IMPORT)
    context: dict[str, Any] = {"title": _("Importar una historia"), "story": None}
    if request.method == "POST":
        try:
            data, name = _given(request)
            brought = read_any(data, name, language=_language(request))
            if request.POST.get("key"):
                return _made(request, brought)
            context |= _reported(brought, data, name, request)
        except DomainError as refused:
            messages.error(request, refused.sentence(spoken()))
        except signing.BadSignature:
            messages.error(request, _("El archivo ya no está aquí; elígelo otra vez."))
    return rights.page(request, admin, "import", context)


def _language(request: HttpRequest) -> str:
    """The language of a story of Twine. Raises ExchangeError."""
    language = request.POST.get("language", LANGUAGES[0])
    if language not in LANGUAGES:
        raise ExchangeError("NAR010", "Una historia se escribe en es o en en.", "A story is written in es or in en.")
    return language


def _given(request: HttpRequest) -> tuple[bytes, str]:
    """The file: chosen now, or kept in the page that asked. Raises ExchangeError, BadSignature."""
    file = request.FILES.get("file")
    if file is not None:
        return file.read(100_000_001), str(file.name)
    if not request.POST.get("kept"):
        raise ExchangeError("NAR020", "Elige un archivo.", "Choose a file.")
    name, text = signing.loads(request.POST["kept"], salt="story-import", max_age=3_600)
    return base64.b64decode(text), name


def _reported(brought: tuple[Brought, ...], data: bytes, name: str, request: HttpRequest) -> dict[str, Any]:
    """The report, and the file in the page: nothing is made yet."""
    taken = list(Story.objects.values_list("key", flat=True))
    shown = []
    for number, one in enumerate(brought):
        notes = [note.sentence(spoken()) for note in one.report.notes]
        missing = [_("Falta el archivo «%s».") % path for path in one.bundle.missing]
        unfit = [wrong.sentence(spoken()) for wrong in imports.unfit(one.bundle)]
        shown.append(
            {
                "number": number,
                "title": one.story.title.in_(spoken()),
                "key": key_from(one.story.key, taken, "historia"),
                "summary": one.report.summary(spoken()),
                "notes": [*unfit, *missing, *notes][:SHOWN],
                "more": max(0, len(unfit) + len(missing) + len(notes) - SHOWN),
            }
        )
    kept = (
        signing.dumps([name, base64.b64encode(data).decode()], salt="story-import", compress=True)
        if len(data) <= KEPT
        else ""
    )
    return {"brought": shown, "kept": kept, "language": _language(request), "name": name}


def _made(request: HttpRequest, brought: tuple[Brought, ...]) -> HttpResponse:
    """Make the draft that was reported on. Raises KeyTaken, WrongFile, ExchangeError, StoryError."""
    number, key = request.POST.get("number", "0"), request.POST["key"].strip()
    if not KEY.match(key):
        raise ExchangeError(
            "NAR010", "Una clave lleva solo minúsculas, cifras, - y _.", "A key has small letters, digits, - and _."
        )
    by_number = {str(place): one for place, one in enumerate(brought)}
    chosen = by_number.get(number, brought[0]).under(key)
    story = imports.bring(chosen.bundle, by=request.user.get_username())
    messages.success(request, _("«%s» es ahora un borrador; nadie más que el equipo lo ve.") % story)
    return HttpResponseRedirect(reverse("admin:narrative_story_review", args=[story.pk]))
