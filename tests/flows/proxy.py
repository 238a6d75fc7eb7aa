"""A network between a process and a server that can be cut and mended."""

import socket
import threading
from contextlib import suppress
from pathlib import Path


class Proxy:
    """Listens on a port of its own and passes bytes on to ``target``: (host, port), or a Unix socket's path."""

    def __init__(self, target: tuple[str, int] | Path) -> None:
        self._target = target
        self._pairs: list[socket.socket] = []
        self._lock = threading.Lock()
        self.connections = 0
        self._listener: socket.socket | None = None
        self.port = self._listen(0)

    def _listen(self, port: int) -> int:
        listener = self._listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._serve, args=(listener,), daemon=True).start()
        return int(listener.getsockname()[1])

    def _serve(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            self.connections += 1
            try:
                server = self._connect()
            except OSError:
                client.close()
                continue
            with self._lock:
                if listener is not self._listener:  # cut while this one came through
                    client.close()
                    server.close()
                    continue
                self._pairs += [client, server]
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=_pass_on, args=(source, sink), daemon=True).start()

    def _connect(self) -> socket.socket:
        if isinstance(self._target, Path):
            server = socket.socket(socket.AF_UNIX)
            server.connect(str(self._target))
            return server
        return socket.create_connection(self._target)

    def cut(self) -> None:
        """Nobody gets through any more, and whoever was connected no longer is."""
        with self._lock:
            listener, self._listener = self._listener, None
            ended, self._pairs = self._pairs, []
        assert listener is not None
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for one in ended:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def mend(self) -> None:
        """The same port leads there again."""
        self._listen(self.port)


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    for one in (source, sink):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
