"""The hops, in the order of an event's way."""

from __future__ import annotations

from onair.doctor.hop import Hop
from onair.doctor.hops import (
    authorization,
    configuration,
    delivery,
    engine,
    fallback,
    server,
    site,
    sockets,
)

_SOCKET = ("address", "tcp", "tls", "upgrade", "welcome")

HOPS = (
    Hop("settings", configuration.settings),
    Hop("checks", configuration.system_checks, ("settings",)),
    Hop("engine", engine.reaching, ("settings",)),
    Hop("engine's log", engine.hearing, ("settings", "engine")),
    Hop("nodes", engine.nodes, ("settings", "engine")),
    Hop("server", server.finding, ("settings",)),
    Hop("http api", server.http_api, ("settings", "server")),
    Hop("address", sockets.address, ("settings",)),
    Hop("tcp", sockets.tcp, ("settings", "address")),
    Hop("tls", sockets.tls, ("settings", "address", "tcp")),
    Hop("upgrade", sockets.upgrade, ("settings", "address", "tcp", "tls")),
    Hop("welcome", sockets.welcome, ("settings", "address", "tcp", "tls", "upgrade")),
    Hop("ping", sockets.ping, ("settings", *_SOCKET)),
    Hop("authorization", authorization.authorization, ("settings", *_SOCKET)),
    Hop("publishing", delivery.publishing, ("settings", "engine", "server", "http api", *_SOCKET)),
    Hop("presence", delivery.presence, ("settings", "engine", "server", "http api", *_SOCKET)),
    Hop("fallback", fallback.fallback, ("settings", "address", "tcp", "tls")),
    Hop("triggers", site.triggers, ("settings",)),
    Hop("live pages", site.live_pages, ("settings", "server", "http api")),
)
