"""A server of several workers, of one app that they do not share: what the supervisor does needs no engine.

``python program.py WORKERS BIND DRAIN``. Where the folder has a file ``broken``, a worker ends at its start,
with the exit code that stands there. The environment's ``TLS`` names a file with certificate and key.
"""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

from onair.protocol.app import App, Credential
from onair.server.address import UnixSocket, read_address
from onair.server.inherited import take
from onair.server.origins import OriginPolicy
from onair.server.pages import Page
from onair.server.run import run
from onair.server.server import Server
from onair.supervision.supervisor import supervise

APP = App("1", (Credential("key", "secret"),))


def main(workers: str, bind: str, drain: str) -> int:
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    inherited = take()
    address = read_address(bind)
    if inherited is None:
        return supervise(int(workers), address, say)
    broken = Path("broken")
    if broken.exists():
        return int(broken.read_text())
    server = Server([APP], origins=OriginPolicy())
    pages = {"/pid": lambda: Page(200, str(os.getpid()))}
    uds = address.path if isinstance(address, UnixSocket) else None
    tls = os.environ.get("TLS")
    run(server, drain=float(drain), pages=pages, inherited=inherited, uds=uds, ssl_certfile=tls)
    return 0


def say(host: str, port: int) -> None:
    sys.stdout.write(f"On air at {host}:{port}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
