"""A program that listens to webhooks: a real HTTP server on the loopback that answers as it is told."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parent.parent.parent / "docs" / "webhooks.md"
Reply = int | tuple[int, dict[str, str]]


class Heard:
    """One call as it arrived."""

    def __init__(self, path: str, headers: Any, raw: bytes) -> None:
        self.path, self.headers, self.raw = path, dict(headers.items()), raw
        self.body: dict[str, Any] = json.loads(raw)

    @property
    def delivery(self) -> str:
        return self.headers["X-YABOT-Delivery"]

    @property
    def signature(self) -> str:
        return self.headers["X-YABOT-Signature"]


class Receiver:
    """Answers 200, or what ``answers`` (one after the other) or ``decide`` (by call) say."""

    def __init__(self, port: int = 0) -> None:
        self.heard: list[Heard] = []
        self.answers: list[Reply] = []
        self.decide: Callable[[Heard], Reply] | None = None
        self.hold: threading.Event | None = None
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                heard = Heard(self.path, self.headers, self.rfile.read(int(self.headers["Content-Length"])))
                receiver.heard.append(heard)
                if receiver.hold is not None:
                    receiver.hold.wait(20)
                reply = receiver._reply(heard)
                status, headers = reply if isinstance(reply, tuple) else (reply, {})
                self.send_response(status)
                for name, value in {**headers, "Content-Length": "0"}.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}/hook"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def _reply(self, heard: Heard) -> Reply:
        if self.decide is not None:
            return self.decide(heard)
        return self.answers.pop(0) if self.answers else 200

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def receiving(port: int = 0) -> Iterator[Receiver]:
    """A receiver while the block lasts."""
    receiver = Receiver(port)
    try:
        yield receiver
    finally:
        receiver.close()


def documented_check() -> Callable[..., bool]:
    """The function that the documentation gives to receivers, taken from its text."""
    (code,) = re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    return names["is_from_yabot"]
