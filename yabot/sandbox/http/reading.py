"""Reading a Bot API call out of an HTTP request."""

from typing import Any
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, web

from yabot.sandbox.botapi.params import Params, Upload
from yabot.sandbox.refusals import bad_request
from yabot.sandbox.wire import JSON, loads

MAX_BODY = 52 * 1024 * 1024


async def read_params(request: web.BaseRequest, query: str) -> Params:
    """The parameters of query and body together; the body wins."""
    values: JSON = dict(parse_qsl(query, keep_blank_values=True)) if query else {}
    if request.method != "POST" or not request.can_read_body:
        return Params(values)
    kind = request.content_type
    if kind == "multipart/form-data":
        return await _read_multipart(request, values)
    body = await request.read()
    if kind == "application/json":
        values.update(_read_object(body))
    elif body:
        values.update(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    return Params(values)


def _read_object(body: bytes) -> JSON:
    if not body:
        return {}
    try:
        given: Any = loads(body)
    except ValueError:
        raise bad_request("can't parse JSON object") from None
    if not isinstance(given, dict):
        raise bad_request("expected a JSON object")
    return given


async def _read_multipart(request: web.BaseRequest, values: JSON) -> Params:
    params = Params(values)
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            continue
        body = bytes(await part.read(decode=True))
        if part.filename is None:
            params.values[part.name] = body.decode("utf-8", "replace")
        else:
            params.files[part.name] = Upload(part.filename, part.headers.get("Content-Type"), body)
    return params
