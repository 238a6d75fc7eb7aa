"""The bundle: a zip with ``story.json`` and the story's files below ``media/``. The same story is the same bytes."""

import io
import json
import stat
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from narrative.exchange.refusal import MOST_BYTES, ExchangeError, decoded, too_large
from narrative.story.content import Story
from narrative.story.reading import StoryError

STORY, MEDIA = "story.json", "media/"
MOST_ENTRIES, MOST_FILE, MOST_IN_ALL, MOST_RATIO = 2_000, 20_000_000, 200_000_000, 200
CHUNK = 65_536
_EPOCH = (1980, 1, 1, 0, 0, 0)
_UNIX, _MODE = 3, 0o100644 << 16
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_END, _END_SIZE, _LARGE_END, _LARGE_SIZE = b"PK\5\6", 22, b"PK\6\7", 20
_MOST_DIRECTORY = MOST_ENTRIES * 1_024
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
    EOFError,
    RuntimeError,
    OverflowError,
    ValueError,
    OSError,
)


@dataclass(frozen=True, slots=True)
class Bundle:
    """A story and its files, by the names its fragments give them."""

    story: Story
    media: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def missing(self) -> tuple[str, ...]:
        """Files the story names and the bundle lacks."""
        named = {part.media.file for part in self.story.fragments if part.media}
        return tuple(sorted(named - set(self.media)))


def write_bundle(bundle: Bundle) -> bytes:
    """The zip. Writing the same bundle twice gives the same bytes."""
    stored = json.dumps(bundle.story.to_json(), ensure_ascii=False, indent=1).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        _put(file, STORY, stored)
        for path in sorted(bundle.media):
            _put(file, MEDIA + path, bundle.media[path])
    return out.getvalue()


def _put(file: zipfile.ZipFile, name: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.create_system, entry.external_attr, entry.compress_type = _UNIX, _MODE, zipfile.ZIP_DEFLATED
    file.writestr(entry, data)


def read_bundle(data: bytes) -> Bundle:
    """A bundle from a stranger. Raises ExchangeError, StoryError."""
    try:
        _refuse_endless(data)
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            entries = _checked(file.infolist())
            if STORY not in entries:
                raise ExchangeError("NAR023", "Falta story.json.", "story.json is missing.")
            story = read_story(_unpacked(file, entries.pop(STORY), MOST_BYTES))
            media, left = {}, MOST_IN_ALL
            for name, entry in entries.items():
                media[name.removeprefix(MEDIA)] = _unpacked(file, entry, min(MOST_FILE, left))
                left -= len(media[name.removeprefix(MEDIA)])
    except _DAMAGED as error:
        raise ExchangeError("NAR024", f"El zip está dañado: {error}", f"The zip is damaged: {error}") from None
    return Bundle(story, media)


def _refuse_endless(data: bytes) -> None:
    """Refuse a directory that is far too long before any of it is read. Raises ExchangeError."""
    end = len(data) - _END_SIZE
    if not data.startswith(_END, max(0, end)):
        end = data.rfind(_END)
    if end < 0 or len(data) < end + _END_SIZE:
        return  # no zip at all: its reader says so
    count, size = struct.unpack_from("<HI", data, end + 10)
    is_large = data.startswith(_LARGE_END, max(0, end - _LARGE_SIZE))
    if is_large or count > MOST_ENTRIES or size > _MOST_DIRECTORY:
        raise _too_many()


def _too_many() -> ExchangeError:
    return ExchangeError("NAR021", f"Más de {MOST_ENTRIES} archivos.", f"More than {MOST_ENTRIES} files.")


def _checked(entries: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """The entries by name. Raises ExchangeError for tricks with names, doubles, links and bombs."""
    if len(entries) > MOST_ENTRIES:
        raise _too_many()
    found: dict[str, zipfile.ZipInfo] = {}
    for entry in entries:
        if entry.is_dir():
            continue
        name = entry.orig_filename
        if not _is_plain(name) or entry.filename != name or stat.S_ISLNK(entry.external_attr >> 16):
            raise ExchangeError("NAR025", f"Nombre no admitido: «{name}».", f"A name that is not taken: “{name}”.")
        if name in found:
            raise ExchangeError("NAR025", f"«{name}» está dos veces.", f"“{name}” is there twice.")
        _refuse_packing(entry)
        found[name] = entry
    return found


def _refuse_packing(entry: zipfile.ZipInfo) -> None:
    """Raises ExchangeError for what is encrypted, packed in a rare way, or a bomb. A story repeats itself: it may."""
    if entry.flag_bits & 1:
        raise ExchangeError("NAR024", "El zip está cifrado.", "The zip is encrypted.")
    if entry.compress_type not in _METHODS:
        es, en = "comprimido de otra forma que «deflate»", "compressed in another way than “deflate”"
        raise ExchangeError("NAR024", f"El zip está {es}.", f"The zip is {en}.")
    is_bomb = entry.file_size > CHUNK and entry.file_size > MOST_RATIO * max(1, entry.compress_size)
    if is_bomb and entry.orig_filename != STORY:
        raise too_large(entry.file_size)


def _is_plain(name: str) -> bool:
    """``story.json`` or something below ``media/``, without any way out."""
    path = PurePosixPath(name)
    if "\\" in name or ":" in name or "\0" in name or path.is_absolute() or ".." in path.parts or "//" in name:
        return False
    return name == STORY or (name.startswith(MEDIA) and len(path.parts) >= 2)


def _unpacked(file: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    """The bytes of an entry, never more than ``most``, whatever its header says."""
    parts, size = [], 0
    with file.open(entry) as stream:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > most:
                raise too_large(size, most)
            parts.append(chunk)
    return b"".join(parts)


def read_story(data: bytes) -> Story:
    """A ``story.json``. Raises ExchangeError with line and column, StoryError with the place."""
    text = decoded(data)
    try:
        given: Any = json.loads(text)
    except json.JSONDecodeError as error:
        place = f"{error.lineno}:{error.colno}"
        raise ExchangeError(
            "NAR026", f"No es JSON: {place} {error.msg}", f"It is no JSON: {place} {error.msg}"
        ) from None
    except RecursionError:
        raise ExchangeError("NAR026", "El JSON está anidado sin fin.", "The JSON is nested without end.") from None
    except ValueError:
        raise ExchangeError("NAR026", "El JSON lleva un número sin fin.", "The JSON has an endless number.") from None
    try:
        return Story.from_json(given)
    except RecursionError:
        raise StoryError("", "está anidado sin fin", "it is nested without end") from None
