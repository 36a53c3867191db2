"""The line that a server writes when its sockets can be reached."""

from __future__ import annotations

import sys
from typing import TextIO

from django.core.management.base import OutputWrapper

from onair.protocol.app import App
from onair.server.address import Address


def say_on_air(
    app: App, address: Address, output: TextIO | OutputWrapper | None = None, *, scheme: str = "ws"
) -> None:
    """Write where the sockets are, to the standard output if none is given."""
    output = output or sys.stdout
    output.write(f"On air: sockets at {address.url(scheme, f'/app/{app.key}')}\n")
    output.flush()
