"""The line that a server writes when its sockets can be reached."""

from __future__ import annotations

import sys
from typing import TextIO

from django.core.management.base import OutputWrapper

from onair.protocol.app import App


def say_on_air(app: App, host: str, port: int, output: TextIO | OutputWrapper | None = None) -> None:
    """Write where the sockets are, to the standard output if none is given."""
    output = output or sys.stdout
    name = f"[{host}]" if ":" in host else host
    output.write(f"On air: sockets at ws://{name}:{port}/app/{app.key}\n")
    output.flush()
