"""The chat page and its parts; the control token travels inside the served page."""

from html import escape
from pathlib import Path

from aiohttp import web

from yabot.sandbox.telegram import Telegram

ROOT = Path(__file__).resolve().parent.parent / "page"
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
POLICY = "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; frame-ancestors 'self'; base-uri 'none'"
HEADERS = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


async def serve_page(tg: Telegram, name: str, control_token: str) -> web.StreamResponse:
    """The page, one of its parts, or a picture from a chat."""
    if name.startswith("media/"):
        return _media(tg, name.removeprefix("media/"))
    path = ROOT / (name or "index.html")
    if path.parent != ROOT or path.suffix not in TYPES or not path.is_file():
        return web.Response(status=404, text="Not Found")
    body = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        body = body.replace("{{ control_token }}", escape(control_token))
    return web.Response(text=body, content_type=TYPES[path.suffix], headers=HEADERS)


def _media(tg: Telegram, file_id: str) -> web.Response:
    file = tg.world.files.get(file_id)
    if file is None:
        return web.Response(status=404, text="Not Found")
    kind = "image/*" if file.kind == "photo" else "application/octet-stream"
    headers = {"Content-Type": kind, "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
    if file.kind != "photo":
        headers["Content-Disposition"] = "attachment"
    return web.Response(body=file.body, headers=headers)
