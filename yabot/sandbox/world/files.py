"""Files that were sent: bytes, and the ids Telegram gives to them."""

import base64
import secrets
import struct
from dataclasses import dataclass

from yabot.sandbox.wire import JSON

JPEG_SIZE_MARKERS = frozenset({*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0)})


@dataclass(slots=True, eq=False)
class StoredFile:
    """The bytes behind a file_id; ``path`` is what getFile answers."""

    id: str
    unique_id: str
    path: str
    body: bytes
    kind: str
    name: str | None = None
    mime_type: str = "application/octet-stream"
    width: int = 0
    height: int = 0

    def as_json(self) -> JSON:
        """The File object of getFile."""
        return {
            "file_id": self.id,
            "file_unique_id": self.unique_id,
            "file_size": len(self.body),
            "file_path": self.path,
        }

    def as_photo(self) -> list[JSON]:
        """The PhotoSize list: a thumbnail first and the whole picture last, as Telegram orders them."""
        shrink = max(self.width, self.height) / 90
        small = (max(1, round(self.width / shrink)), max(1, round(self.height / shrink))) if shrink > 1 else None
        sizes = [self._size(f"{self.id}-s", f"{self.unique_id}s", *small)] if small else []
        return [*sizes, self._size(self.id, self.unique_id, self.width, self.height)]

    def _size(self, file_id: str, unique_id: str, width: int, height: int) -> JSON:
        return {
            "file_id": file_id,
            "file_unique_id": unique_id,
            "file_size": len(self.body),
            "width": width,
            "height": height,
        }

    def as_document(self) -> JSON:
        """The Document object."""
        return {
            "file_id": self.id,
            "file_unique_id": self.unique_id,
            "file_size": len(self.body),
            "file_name": self.name or "file",
            "mime_type": self.mime_type,
        }

    def stored(self) -> JSON:
        """What the state file keeps."""
        plain = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "body"}
        return {**plain, "body": base64.b64encode(self.body).decode()}

    @classmethod
    def restored(cls, saved: JSON) -> "StoredFile":
        """The file that ``stored`` wrote."""
        return cls(**{**saved, "body": base64.b64decode(saved["body"])})


def new_file(body: bytes, *, kind: str, number: int, name: str | None, mime_type: str | None) -> StoredFile:
    """A file under fresh ids; pictures are measured, others are taken as they come."""
    width, height = image_size(body) or (0, 0)
    extension = (name or "").rpartition(".")[2] if "." in (name or "") else ("jpg" if kind == "photo" else "bin")
    prefix = {"photo": "AgACAgQAAx", "document": "BQACAgQAAx"}[kind]
    return StoredFile(
        id=f"{prefix}kBAAI{secrets.token_urlsafe(24)}".replace("-", "x"),
        unique_id=f"AQAD{secrets.token_hex(6)}",
        path=f"{kind}s/file_{number}.{extension}",
        body=body,
        kind=kind,
        name=name,
        mime_type=mime_type or "application/octet-stream",
        width=width,
        height=height,
    )


def image_size(body: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG, GIF, WebP or JPEG; None for anything else."""
    if body.startswith(b"\x89PNG\r\n\x1a\n") and len(body) >= 24:
        width, height = struct.unpack(">II", body[16:24])
        return width, height
    if body[:6] in (b"GIF87a", b"GIF89a") and len(body) >= 10:
        width, height = struct.unpack("<HH", body[6:10])
        return width, height
    if body[:4] == b"RIFF" and body[8:15] == b"WEBPVP8" and len(body) >= 30:
        return _webp_size(body)
    return _jpeg_size(body) if body.startswith(b"\xff\xd8") else None


def _webp_size(body: bytes) -> tuple[int, int]:
    if body[12:16] == b"VP8X":
        return int.from_bytes(body[24:27], "little") + 1, int.from_bytes(body[27:30], "little") + 1
    if body[12:16] == b"VP8L":
        bits = int.from_bytes(body[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack("<HH", body[26:30])
    return width & 0x3FFF, height & 0x3FFF


def _jpeg_size(body: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 < len(body) and body[at] == 0xFF:
        length = int.from_bytes(body[at + 2 : at + 4], "big")
        if body[at + 1] in JPEG_SIZE_MARKERS:
            height, width = struct.unpack(">HH", body[at + 5 : at + 9])
            return width, height
        at += 2 + length
    return None
