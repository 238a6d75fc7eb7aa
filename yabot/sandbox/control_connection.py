"""One keep-alive connection per thread to the sandbox's control API. Standard library only."""

import http.client
import json
import threading
from typing import Any
from urllib.parse import urlsplit


class SandboxProblem(Exception):
    """The sandbox refused a control operation; the message says why."""


class ControlConnection:
    """Runs control operations."""

    def __init__(self, url: str, control_token: str) -> None:
        self.url = url.rstrip("/")
        self._address = urlsplit(self.url).netloc
        self._token = control_token
        self._local = threading.local()

    def close(self) -> None:
        """Close this thread's connection."""
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None

    def call(self, operation: str, **arguments: Any) -> Any:
        """Run any control operation. Raises ``SandboxProblem`` when it is refused."""
        path, body = f"/control/{operation}", json.dumps(arguments).encode()
        try:
            answer = self._request(path, body)
        except ConnectionError:
            # The sandbox was restarted since the last call: once more on a fresh connection.
            self.close()
            answer = self._request(path, body)
        if not answer["ok"]:
            raise SandboxProblem(answer["description"])
        return answer["result"]

    def _request(self, path: str, body: bytes) -> Any:
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = http.client.HTTPConnection(self._address, timeout=90)
        try:
            connection.request("POST", path, body, {"X-Sandbox-Token": self._token, "Content-Type": "application/json"})
            return json.loads(connection.getresponse().read())
        except (OSError, http.client.HTTPException):
            self.close()
            raise
