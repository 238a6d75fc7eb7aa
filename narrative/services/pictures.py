"""The files of a story: kept once, under names that never change, and known to Telegram by the copy it has."""

import hashlib
from collections.abc import Mapping
from pathlib import PurePosixPath

from django.core.files.base import ContentFile, File
from django.utils.text import slugify

from narrative.errors import WrongFile
from narrative.models import MediaFile, MediaKind, Reference, Story
from yabot.core.transactions import atomic

KINDS: Mapping[str, MediaKind] = {
    "jpg": MediaKind.PHOTO,
    "jpeg": MediaKind.PHOTO,
    "png": MediaKind.PHOTO,
    "webp": MediaKind.PHOTO,
    "gif": MediaKind.ANIMATION,
    "mp4": MediaKind.VIDEO,
    "mp3": MediaKind.AUDIO,
    "m4a": MediaKind.AUDIO,
    "ogg": MediaKind.VOICE,
    "pdf": MediaKind.DOCUMENT,
}
_STARTS: tuple[tuple[str, int, bytes], ...] = (
    ("jpg", 0, b"\xff\xd8\xff"),
    ("png", 0, b"\x89PNG\r\n\x1a\n"),
    ("webp", 8, b"WEBP"),
    ("gif", 0, b"GIF8"),
    ("mp4", 4, b"ftyp"),
    ("mp3", 0, b"ID3"),
    ("mp3", 0, b"\xff\xfb"),
    ("ogg", 0, b"OggS"),
    ("pdf", 0, b"%PDF"),
)
_SAME = {"jpeg": "jpg", "m4a": "mp4"}
MOST_BYTES, MOST_LETTERS = 20 * 1024 * 1024, 200


def sniffed(data: bytes) -> str:
    """What the bytes are, by how they begin; empty when it is nothing Telegram shows."""
    return next((name for name, place, start in _STARTS if data[place : place + len(start)] == start), "")


def is_fit(name: str, data: bytes) -> bool:
    """Whether these bytes are what their name says, something Telegram shows, and not too large to be kept."""
    ending = PurePosixPath(name).suffix.lower().lstrip(".")
    return (
        ending in KINDS
        and sniffed(data) == _SAME.get(ending, ending)
        and len(data) <= MOST_BYTES
        and len(name) <= MOST_LETTERS
    )


def kinds(files: Mapping[str, bytes]) -> dict[str, str]:
    """What each file is that may be kept, by its name."""
    return {name: KINDS[_ending(name, data)].value for name, data in files.items() if is_fit(name, data)}


def _ending(name: str, data: bytes) -> str:
    """What a file is by its name. Raises WrongFile when it is not that."""
    if not is_fit(name, data):
        raise WrongFile(name)
    return PurePosixPath(name).suffix.lower().lstrip(".")


@atomic
def add(story: Story, name: str, given: "File | bytes") -> MediaFile:
    """Keep a file for a story; the same bytes are kept once. Raises WrongFile for what is not what its name says."""
    data = given if isinstance(given, bytes) else given.read()
    ending = _ending(name[-MOST_LETTERS:], data)
    digest = hashlib.sha256(data).hexdigest()
    same = MediaFile.objects.filter(story=story, digest=digest).first()
    if same:
        return same
    path = _free(story, slugify(PurePosixPath(name).stem)[:80] or "archivo", ending)
    row = MediaFile(story=story, path=path, kind=KINDS[ending], digest=digest, size=len(data))
    row.file.save(f"{digest[:16]}.{ending}", ContentFile(data), save=False)
    row.save(force_insert=True)
    return row


def put(story: Story, path: str, data: bytes) -> MediaFile:
    """Keep a file under exactly this name: an import, whose fragments name it. What is there stays.

    Raises WrongFile for what is not what its name says.
    """
    there = MediaFile.objects.filter(story=story, path=path).first()
    if there:
        return there
    ending = _ending(path, data)
    row = MediaFile(story=story, path=path, kind=KINDS[ending], digest=hashlib.sha256(data).hexdigest(), size=len(data))
    row.file.save(f"{row.digest[:16]}.{ending}", ContentFile(data), save=False)
    row.save(force_insert=True)
    return row


def _free(story: Story, stem: str, ending: str) -> str:
    taken = set(MediaFile.objects.filter(story=story, path__startswith=stem).values_list("path", flat=True))
    path, number = f"{stem}.{ending}", 2
    while path in taken:
        path, number = f"{stem}-{number}.{ending}", number + 1
    return path


def users(row: MediaFile) -> list[str]:
    """The fragments of the draft that show it."""
    found = Reference.objects.filter(story=row.story_id, kind="media", key=row.path)
    return list(found.values_list("fragment", flat=True))
