"""Serve the demo by two processes, which share it through Redis: that of ``ONAIR_URL``, else one of its own.

From the project's root: ``python -m demo.on_redis [PORT]``. Nothing else of the demo is any different.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from demo.running import manage, run

VARIABLE = "ONAIR_URL"

#: Pages and sockets at one port, in two processes.
SERVE = "-m uvicorn newsroom.asgi:application --workers 2 --ws onair.asgi:WebSocketProtocol"


def main(port: str) -> None:
    with redis() as url, suppress(KeyboardInterrupt):
        for command in (["migrate", "--verbosity", "0"], ["seed"]):
            manage(*command, **{VARIABLE: url})
        folder = str(Path(__file__).parent)
        run(*SERVE.split(), "--app-dir", folder, "--port", port, **{VARIABLE: url})


@contextmanager
def redis() -> Iterator[str]:
    """Say where Redis is, and keep one that forgets everything where nobody has said so."""
    if given := os.environ.get(VARIABLE):
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="onair-demo-") as folder:
        path = Path(folder) / "redis.sock"
        command = ["redis-server", "--port", "0", "--unixsocket", str(path), "--dir", folder, "--save", ""]
        # In a session of its own: a Ctrl-C is for the demo, which has still to say good-bye to it.
        process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL)
        try:
            wait_for(path, process)
            yield f"redis+unix://{path}"
        finally:
            process.terminate()
            process.wait()


def wait_for(path: Path, process: subprocess.Popen[bytes]) -> None:
    """Wait until somebody listens there, or the process has ended."""
    with socket.socket(socket.AF_UNIX) as sock:
        while sock.connect_ex(str(path)):
            with suppress(subprocess.TimeoutExpired):
                sys.exit(process.wait(0.05))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "8000")
