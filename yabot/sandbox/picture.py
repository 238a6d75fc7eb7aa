"""A picture for people who just want to send one."""

import struct
import zlib


def sample_picture(width: int = 320, height: int = 200) -> bytes:
    """A small PNG: a dusk-coloured gradient."""
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        part = y / height
        rows += bytes((int(70 + 150 * part), int(50 + 70 * part), int(110 + 20 * part))) * width
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pieces = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(rows))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in pieces)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
