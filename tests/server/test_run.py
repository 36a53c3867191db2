"""The server as a process of its own."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from websockets.sync.client import connect

from tests.server.clients import Client

SOURCE = Path(__file__).resolve().parents[2] / "src"

SCRIPT = """
import sys
from onair.protocol.app import App, Credential
from onair.server.origins import OriginPolicy
from onair.server.run import run
from onair.server.server import Server

assert "django" not in sys.modules
server = Server([App("1", (Credential("key", "secret"),))], origins=OriginPolicy())
run(server, host=sys.argv[1], port=0, on_bound=lambda host, port: print(f"{host} {port}", flush=True))
"""


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_closes_the_sockets_and_ends_the_process(host: str, number: signal.Signals) -> None:
    command = [sys.executable, "-X", "dev", "-c", SCRIPT, host]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env={"PYTHONPATH": str(SOURCE)}, **pipes) as process:  # type: ignore[call-overload]
        bound, port = process.stdout.readline().split()
        url = f"ws://[{bound}]:{port}" if ":" in bound else f"ws://{bound}:{port}"
        with connect(f"{url}/app/key?protocol=7", proxy=None) as connection:
            client = Client(connection)
            client.established()
            process.send_signal(number)
            assert client.close_code() == 4200
        _, errors = process.communicate(timeout=20)
    # In its debug mode asyncio says how long a step took: it does not know what else the machine does.
    assert not [line for line in errors.splitlines() if not line.startswith("Executing ")]
    assert process.returncode == 0


def test_a_port_that_is_taken_ends_the_process_with_a_message() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        script = SCRIPT.replace("port=0", f"port={taken.getsockname()[1]}")
        command = [sys.executable, "-c", script, "127.0.0.1"]
        done = subprocess.run(
            command, env={"PYTHONPATH": str(SOURCE)}, capture_output=True, text=True, timeout=20, check=False
        )
    assert done.returncode != 0
    assert "address already in use" in done.stderr
    assert "stop what listens there, or take another address" in done.stderr
    assert "Traceback" not in done.stderr
