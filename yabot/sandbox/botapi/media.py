"""Photos, documents and albums; every file_id is tied to stored bytes."""

import secrets
from typing import Any

from yabot.sandbox.botapi.content import caption_content, publish
from yabot.sandbox.botapi.params import Params, Upload
from yabot.sandbox.botapi.registry import method
from yabot.sandbox.botapi.targets import chat_to_write
from yabot.sandbox.refusals import bad_request, not_modelled
from yabot.sandbox.telegram import Telegram
from yabot.sandbox.wire import JSON
from yabot.sandbox.world.files import StoredFile, new_file


@method("sendPhoto")
def send_photo(tg: Telegram, params: Params) -> JSON:
    """Send a picture, new or by file_id."""
    return _send(tg, params, "photo")


@method("sendDocument")
def send_document(tg: Telegram, params: Params) -> JSON:
    """Send a file, new or by file_id."""
    return _send(tg, params, "document")


@method("sendMediaGroup")
def send_media_group(tg: Telegram, params: Params) -> list[JSON]:
    """Send an album of photos or documents."""
    chat = chat_to_write(tg, params)
    items = params.object("media")
    if not isinstance(items, list) or not 2 <= len(items) <= 10:
        raise bad_request("wrong number of media in the group: an album must include 2-10 items")
    contents = [media_content(tg, params, item) for item in items]
    group = {"media_group_id": str(secrets.randbits(53))}
    return [publish(tg, chat, params, {**content, **group}).data for content in contents]


@method("getFile")
def get_file(tg: Telegram, params: Params) -> JSON:
    """Where the bytes of a file_id can be downloaded."""
    file = tg.world.files.get(params.text("file_id") or "")
    if file is None:
        raise bad_request("wrong file identifier")
    return {**file.as_json(), "file_id": params.text("file_id")}


def _send(tg: Telegram, params: Params, kind: str) -> JSON:
    chat = chat_to_write(tg, params)
    content = file_content(stored_file(tg, params, params.text(kind), kind, part=kind))
    content |= caption_content(tg, params)
    for mark in ("has_spoiler", "show_caption_above_media"):
        if kind == "photo" and params.flag(mark):
            content["has_media_spoiler" if mark == "has_spoiler" else mark] = True
    return publish(tg, chat, params, content).data


def media_content(tg: Telegram, params: Params, item: Any) -> JSON:
    """The content of one InputMedia."""
    if not isinstance(item, dict) or "media" not in item:
        raise bad_request("can't parse InputMedia: media is not specified")
    if item.get("type") not in {"photo", "document"}:
        raise not_modelled(f"InputMedia of type {item.get('type')}")
    content = file_content(stored_file(tg, params, item["media"], item["type"]))
    return {**content, **caption_content(tg, Params(item))}


def file_content(file: StoredFile) -> JSON:
    """The message field that carries the file."""
    return {"photo": file.as_photo()} if file.kind == "photo" else {"document": file.as_document()}


def stored_file(tg: Telegram, params: Params, given: str | None, kind: str, part: str = "") -> StoredFile:
    """The file a parameter means: an uploaded part, ``attach://part``, or the file_id of an earlier one."""
    if given and given.startswith("attach://"):
        part, given = given.removeprefix("attach://"), None
    upload = params.files.get(part)
    if upload is not None and not given:
        return keep_upload(tg, upload, kind)
    if not given:
        raise bad_request(f"there is no {kind} in the request")
    if given.startswith(("http://", "https://")):
        raise not_modelled(f"sending a {kind} by URL")
    file = tg.world.files.get(given)
    if file is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if file.kind != kind:
        raise bad_request(f"can't use file of type {file.kind.title()} as {kind.title()}")
    return file


def keep_upload(tg: Telegram, upload: Upload, kind: str) -> StoredFile:
    """Store uploaded bytes. Raises ``Refusal`` for an empty file or a photo that is no picture."""
    if not upload.body:
        raise bad_request("file must be non-empty")
    number = len(tg.world.paths) + 1
    file = new_file(upload.body, kind=kind, number=number, name=upload.name, mime_type=upload.mime_type)
    if kind == "photo" and not file.width:
        raise bad_request("IMAGE_PROCESS_FAILED")
    return tg.world.add_file(file)
