"""``python -m yabot.demo.postgres FOLDER``: a PostgreSQL of a folder's own, from start to stop, as one process.

Says its address when it is ready. Ends when it is asked to, and when the server ends, so that it is started again.
"""

import os
import signal
import sys
import threading
import time
from pathlib import Path

from yabot.demo import servers

READY = "postgres ready "
DATABASE = "yabot"
LOOK_SECONDS = 0.5
STOP_SECONDS = 20.0


def main(folder: Path) -> int:
    """Serve until asked to end; 0 then, and 1 when the server ended by itself."""
    asked = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: asked.set())
    server = servers.postgres(folder, database=DATABASE)
    sys.stdout.write(f"{READY}{server.url}\n")
    sys.stdout.flush()
    while is_running(server.process_id):
        if asked.wait(LOOK_SECONDS):
            return stop(server.process_id)
    return 1


def stop(process_id: int) -> int:
    """Have the server end, breaking off its connections, and wait until it has."""
    os.kill(process_id, signal.SIGINT)
    deadline = time.monotonic() + STOP_SECONDS
    while is_running(process_id) and time.monotonic() < deadline:
        time.sleep(0.05)
    return 0


def is_running(process_id: int) -> bool:
    """Whether there is such a process; one that nobody has buried yet is none."""
    try:
        state = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return _answers(process_id) if sys.platform != "linux" else False
    return state != "Z"


def _answers(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except PermissionError:
        return True
    except OSError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
