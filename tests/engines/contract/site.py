"""An app of a test, and how its processes reach the engine."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from onair.engines.base import Bounds, Client, Engine
from onair.engines.urls import EngineUrl
from tests.engines.contract.peers import Peer, Peers

#: What an engine keeps, for tests in which it does not matter.
BOUNDS = Bounds(entries=1000, seconds=60)


class Site:
    """An app that nobody else uses, and the processes that share it."""

    def __init__(self, url: EngineUrl, peers: Peers) -> None:
        self.url = url
        self.app_id = secrets.token_hex(4)
        self._peers = peers

    def start(
        self,
        app_id: str | None = None,
        bounds: Bounds = BOUNDS,
        at_once: Callable[[Engine], object] = id,
    ) -> Peer:
        """Open an engine, and return before it is connected; ``at_once`` is called in the same turn."""
        return self._peers.add(lambda: self.url.open(app_id or self.app_id, bounds), at_once)

    def peer(self, app_id: str | None = None, bounds: Bounds = BOUNDS) -> Peer:
        """Open an engine, connected."""
        peer = self.start(app_id, bounds)
        peer.wait_until_connected()
        return peer

    def client(self, app_id: str | None = None, bounds: Bounds = BOUNDS) -> Client:
        """Open a client."""
        return self._peers.add_client(self.url.connect(app_id or self.app_id, bounds))
