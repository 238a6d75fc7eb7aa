"""Just enough HTTP for a Bot API stub: whole requests out of bytes, and their parameters in any encoding."""

import re
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote_plus

import orjson

_LENGTH = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.IGNORECASE)
_TYPE = re.compile(rb"\r\ncontent-type:\s*([^\r]+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:\s*chunked", re.IGNORECASE)
_PART_NAME = re.compile(rb'name="([^"]*)"')


class Head(NamedTuple):
    """What matters of a request line and its headers."""

    method: str
    query: str
    content_type: bytes
    length: int
    chunked: bool


class Request(NamedTuple):
    """One call of the Bot API, and how many bytes it took."""

    method: str
    parameters: dict[str, Any]
    size: int


def parse(data: bytes) -> Request | None:
    """Return the first request in ``data``, or None while it is not whole."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return None
    head = read_head(data[:end])
    start = end + 4
    if head.chunked:
        body, size = _unchunk(data, start)
    else:
        size = start + head.length
        body = data[start:size]
    if size < 0 or len(data) < size:
        return None
    return Request(head.method, _parameters(head, body), size)


@lru_cache(maxsize=4096)
def read_head(head: bytes) -> Head:
    """Parse request line and headers; a client repeats the same ones, so they are remembered."""
    target = head.split(b" ", 2)[1].decode()
    path, _, query = target.partition("?")
    length, content_type = _LENGTH.search(head), _TYPE.search(head)
    return Head(
        method=path.rpartition("/")[2].lower(),
        query=query,
        content_type=content_type[1].strip() if content_type else b"",
        length=int(length[1]) if length else 0,
        chunked=_CHUNKED.search(head) is not None,
    )


def _parameters(head: Head, body: bytes) -> dict[str, Any]:
    parameters = dict(parse_qsl(head.query)) if head.query else {}
    if not body:
        return parameters
    if head.content_type.startswith(b"application/json"):
        return {**parameters, **orjson.loads(body)}
    if head.content_type.startswith(b"multipart/"):
        return parameters | _multipart(head.content_type, body)
    return parameters | _form(body.decode())


def _form(body: str) -> dict[str, str]:
    pairs = (field.partition("=") for field in body.split("&"))
    return {name: unquote_plus(value) for name, _, value in pairs}


def _multipart(content_type: bytes, body: bytes) -> dict[str, str]:
    boundary = b"--" + content_type.partition(b"boundary=")[2].split(b";")[0].strip(b'" ')
    fields = {}
    for part in body.split(boundary)[1:-1]:
        headers, _, value = part.partition(b"\r\n\r\n")
        name = _PART_NAME.search(headers)
        if name and b"filename" not in headers:
            fields[name[1].decode()] = value.removesuffix(b"\r\n").decode()
    return fields


def _unchunk(data: bytes, start: int) -> tuple[bytes, int]:
    """Return a chunked body and where it ends; -1 while it is not whole."""
    chunks: list[bytes] = []
    while (line_end := data.find(b"\r\n", start)) >= 0:
        size = int(data[start:line_end].split(b";")[0], 16)
        start = line_end + 2
        if size == 0:
            return b"".join(chunks), start + 2
        chunks.append(data[start : start + size])
        start += size + 2
    return b"", -1
