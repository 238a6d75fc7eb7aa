"""From what was typed on the desk to rows, and where the pressed button leads then."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from narrative.admin.desk.forms import key_from
from narrative.admin.desk.writing import Desk
from narrative.models import Choice, Fragment, Story
from narrative.services import drafts, pictures, splitting
from narrative.services.drafts import Edit
from narrative.story import content
from yabot.core.telegram.limits import CAPTION, TEXT

SPLIT = "_split"


def save(request: HttpRequest, story: Story, row: Fragment | None, desk: Desk) -> str:
    """Write what was typed and say where to go.

    Raises FragmentChanged, KeyTaken, StoryError, WrongFile and CannotSplit.
    """
    said = desk.form.cleaned_data
    if said["upload"]:
        said["picture"] = pictures.add(story, said["upload"].name, said["upload"]).path
    typed = _typed(story, row, desk)
    edit = Edit(request.user.get_username(), said["version"] if row else None)
    if SPLIT in request.POST:
        return _split(story, typed, edit, request.POST.get("split_at", ""))
    written = drafts.write(story, typed, edit)
    if row is None and not story.start:
        Story.objects.filter(pk=story.pk).update(start=written.key)
    return _after(request, written)


def _typed(story: Story, row: Fragment | None, desk: Desk) -> content.Fragment:
    """The fragment as typed; a new one gets a key of its own."""
    files = dict(story.media.values_list("path", "kind"))
    others = list(Choice.objects.filter(story=story).exclude(fragment=row).values_list("key", flat=True))
    if row is not None:
        return desk.fragment(row.key, files, others)
    said = desk.form.cleaned_data
    return desk.fragment(said["key"] or key_from(said["title"], _keys(story)), files, others)


def _keys(story: Story) -> list[str]:
    return list(Fragment.objects.filter(story=story).values_list("key", flat=True))


def _split(story: Story, typed: content.Fragment, edit: Edit, place: str) -> str:
    """Part it where the cursor was; without one, where the first part is as long as it may be."""
    limit = CAPTION if typed.media else TEXT
    text = typed.text.by_language.get(story.language, "")
    at = int(place) if place.isdecimal() and len(place) < 7 else splitting.best_place(text, limit)
    taken = list(Choice.objects.filter(story=story).values_list("key", flat=True))
    keys = key_from(f"{typed.key}-2", _keys(story)), key_from(f"{typed.key}-seguir", taken, "opcion")
    _first, second = splitting.split(story, typed, at, keys, edit)
    return change_url(second)


def change_url(row: Fragment) -> str:
    """The fragment's desk."""
    return reverse("admin:narrative_fragment_change", args=[row.pk])


def _after(request: HttpRequest, row: Fragment) -> str:
    """Where the pressed button leads: on with this one, to a new one, to the play-test, or to the map."""
    if "_addanother" in request.POST:
        return f"{reverse('admin:narrative_fragment_add')}?story={row.story_id}"
    if "_play" in request.POST:
        return f"{reverse('admin:narrative_story_play', args=[row.story_id])}?desde={row.key}"
    if "_map" in request.POST:
        return reverse("admin:narrative_story_map", args=[row.story_id])
    return change_url(row)


def done(request: HttpRequest, title: str) -> str:
    """What to say when it is done."""
    if SPLIT in request.POST:
        return _("«%s» está partido en dos. Esta es la segunda parte.") % title
    return _("«%s» está guardado.") % title
