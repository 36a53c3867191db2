"""What the server alone writes when it can be reached. No secret is in it."""

from __future__ import annotations

import json
from collections.abc import Iterator

from onair.protocol.app import App
from onair.server.address import Port
from onair.standalone.config import Config

#: Addresses of every interface, which a client cannot connect to by that name.
_EVERYWHERE = {"0.0.0.0": "localhost", "::": "localhost"}  # noqa: S104 (nothing is bound here)


def on_air(config: Config, host: str, port: int) -> str:
    """What is served where, and how a client gets there.

    Args:
        config: What is served.
        host: The host that was bound.
        port: The port that was bound.
    """
    return "".join(f"{line}\n" for line in _lines(config, host, port))


def _lines(config: Config, host: str, port: int) -> Iterator[str]:
    serving = config.serving
    address = serving.bind.bound(_EVERYWHERE.get(host, host), port)
    for app in config.apps:
        sockets = address.url(serving.socket_scheme, f"/app/{app.key}")
        events = address.url(serving.http_scheme, f"/apps/{app.id}")
        yield f"On air: sockets at {sockets} and events to {events}"
    if isinstance(address, Port):
        yield f"A browser connects by {_pusher(config.apps[0], address, is_secure=serving.is_secure)}"


def _pusher(app: App, address: Port, *, is_secure: bool) -> str:
    """The JavaScript that connects pusher-js."""
    options = {
        "cluster": "",
        "wsHost": f"[{address.host}]" if ":" in address.host else address.host,
        "wssPort" if is_secure else "wsPort": address.port,
        "forceTLS": is_secure,
        "enabledTransports": ["ws", "wss"],
    }
    return f"new Pusher({json.dumps(app.key)}, {json.dumps(options)})"
