"""A real Valkey that tests may empty, kill and start again on the same port."""

import os
import signal
from pathlib import Path
from typing import Any

from tests.ports import held_port
from yabot.core import broker
from yabot.demo import servers


class Valkey:
    """One server of a test's own."""

    def __init__(self, folder: Path) -> None:
        self._folder, self.port = folder, held_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._server: servers.Server | None = None

    def start(self) -> "Valkey":
        """Start it, with nothing in it."""
        self._server = servers.valkey(self._folder, port=self.port)
        return self

    def kill(self) -> None:
        """SIGKILL: whatever it held is lost."""
        assert self._server is not None
        os.kill(self._server.process_id, signal.SIGKILL)
        self.stop()

    def stop(self) -> None:
        """End it, if it runs."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    @property
    def client(self) -> Any:
        """A client that does not decode."""
        return broker.connect(self.url, patience=5)
