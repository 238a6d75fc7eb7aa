"""Another module's process, as far as HTTP shows it: it answers as it is told, and remembers what it was asked."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Keeps connections open, as a real server does."""

    protocol_version = "HTTP/1.1"
    server: "RemoteModule"

    def setup(self) -> None:
        """Count the connections."""
        super().setup()
        self.server.connections += 1

    def do_POST(self) -> None:
        """Note the request, reply with the next reply (the last one stays)."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, dict(self.headers), json.loads(body)))
        replies = self.server.replies
        (replies.pop(0) if len(replies) > 1 else replies[0])(self)

    def say(self, status: int, body: bytes) -> None:
        """A whole answer."""
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Silence."""


class RemoteModule(ThreadingHTTPServer):
    """A server with a script of replies."""

    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.asked: list[tuple[str, dict[str, str], Any]] = []
        self.connections = 0
        self.replies: list[Reply] = [saying({"by_user": {}})]
        self.released = threading.Event()

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_: Any) -> None:
        """Whoever hung up is gone."""


def saying(answer: Any, status: int = 200) -> Reply:
    """A JSON answer."""
    return lambda handler: handler.say(status, json.dumps(answer).encode())


def rubbish(handler: Handler) -> None:
    """Something, but no JSON."""
    handler.say(200, b"<html>")


def silence(handler: Handler) -> None:
    """Nothing at all, until the test is over."""
    handler.server.released.wait(30)


def trickle(handler: Handler) -> None:
    """A header, and then one byte after the other for ever."""
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    while not handler.server.released.wait(0.05):
        handler.wfile.write(b" ")


def hang_up(handler: Handler) -> None:
    """Close the connection without a word."""
    handler.close_connection = True
    handler.connection.close()


@contextmanager
def running(port: int = 0) -> Iterator[RemoteModule]:
    """A server that answers on a free port, or on ``port``."""
    server = RemoteModule(port)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
