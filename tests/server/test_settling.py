"""A server whose place another one takes: who has reached it before is let in, however far their TLS is."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from onair.server.inherited import Urgency
from onair.server.origins import OriginPolicy
from onair.server.server import Server
from tests.certificates import Files, self_signed
from tests.server.clients import PATIENCE, Site, wait_until
from tests.server.conftest import APP, TRANSPORTS
from tests.server.running import running

#: Longer than any test.
LONG = 600

REQUEST = (
    b"GET /app/key?protocol=7 HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
)

WELCOME = b"pusher:connection_established"

#: The code of the close that sends a client to another worker.
RECONNECT_NOW = (4200).to_bytes(2, "big")

both_loops = pytest.mark.parametrize("transport", ["wire", "wire on asyncio"])


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return self_signed(tmp_path_factory.mktemp("tls"))


class Newcomer:
    """A client that does one thing after the other, each when it is told to."""

    def __init__(self, sock: socket.socket, certificate: Path, version: ssl.TLSVersion) -> None:
        context = ssl.create_default_context(cafile=str(certificate))
        context.minimum_version = context.maximum_version = version
        self._sock = sock
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname="127.0.0.1")
        self._got = b""

    def begin_tls(self) -> None:
        """Say hello, and wait for the answer: the server knows of this client then."""
        with pytest.raises(ssl.SSLWantReadError):
            self._tls.do_handshake()
        self.flush()
        self._take()

    def end_tls(self) -> None:
        """Do the rest of it. What is to be sent last goes with what is written next."""
        while True:
            try:
                return self._tls.do_handshake()
            except ssl.SSLWantReadError:
                self.flush()
                self._take()

    def ask(self) -> None:
        """Ask for a WebSocket."""
        self._tls.write(REQUEST)
        self.flush()

    def read_until(self, wanted: bytes) -> None:
        """Read until these bytes have come."""
        while wanted not in self._got:
            try:
                self._got += self._tls.read(65536)
            except ssl.SSLWantReadError:
                self._take()

    def flush(self) -> None:
        """Send what is to be sent."""
        self._sock.sendall(self._outgoing.read())

    def talk_nonsense(self) -> None:
        self._sock.sendall(b"\0" * 64)

    def leave(self) -> None:
        self._sock.close()

    def _take(self) -> None:
        came = self._sock.recv(65536)
        assert came, "the server has broken off"
        self._incoming.write(came)


@contextmanager
def reached(
    transport: str, files: Files, *, version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3, **options: Any
) -> Iterator[tuple[Site, Newcomer]]:
    """A server, and somebody who has opened a connection to it."""
    server = Server([APP], origins=OriginPolicy())
    tls: dict[str, Any] = {"ssl_certfile": files.certificate, "ssl_keyfile": files.key}
    with (
        running(server, **TRANSPORTS[transport], **tls, **options) as site,
        socket.create_connection((site.host, site.port), PATIENCE) as sock,
    ):
        yield site, Newcomer(sock, files.certificate, version)


def yields(site: Site) -> None:
    """Let another worker take those who come from now on."""
    site.call(site.runner.end, Urgency.YIELD)
    wait_until(lambda: not any(server.is_serving() for server in site.runner.servers), "nobody is let in")


@both_loops
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_request_that_comes_with_the_end_of_the_handshake_is_answered(
    version: ssl.TLSVersion, transport: str, files: Files
) -> None:
    with reached(transport, files, version=version) as (_, newcomer):
        newcomer.begin_tls()
        newcomer.end_tls()
        newcomer.ask()
        newcomer.read_until(WELCOME)


@both_loops
@pytest.mark.parametrize("drain", [0, 0.01])
def test_who_agrees_on_tls_is_let_in_and_sent_to_the_others(
    drain: float, transport: str, files: Files
) -> None:
    with reached(transport, files, settle=LONG, drain=drain) as (site, newcomer):
        newcomer.begin_tls()
        yields(site)
        newcomer.end_tls()
        newcomer.ask()
        newcomer.read_until(WELCOME)
        newcomer.read_until(RECONNECT_NOW)


@both_loops
def test_who_has_not_asked_yet_is_let_in_and_sent_to_the_others(transport: str, files: Files) -> None:
    with reached(transport, files, settle=LONG) as (site, newcomer):
        newcomer.begin_tls()
        newcomer.end_tls()
        newcomer.flush()
        wait_until(lambda: site.runner.server_state.connections, "TLS is agreed on")
        yields(site)
        newcomer.ask()
        newcomer.read_until(WELCOME)
        newcomer.read_until(RECONNECT_NOW)


@pytest.mark.parametrize("gone", [Newcomer.leave, Newcomer.talk_nonsense])
def test_who_has_gone_while_they_agreed_on_tls_is_not_waited_for(
    gone: Callable[[Newcomer], None], files: Files
) -> None:
    """With asyncio's own loop it may take until the garbage is collected."""
    with reached("wire", files, settle=LONG) as (site, newcomer):
        newcomer.begin_tls()
        yields(site)
        gone(newcomer)


@contextmanager
def silent(transport: str, **options: Any) -> Iterator[tuple[Site, socket.socket]]:
    """A server, and a connection that it knows, over which nothing comes."""
    with (
        running(Server([APP], origins=OriginPolicy()), **TRANSPORTS[transport], **options) as site,
        socket.create_connection((site.host, site.port), PATIENCE) as sock,
    ):
        wait_until(lambda: site.runner.server_state.connections, "it is known")
        yield site, sock


@both_loops
def test_who_says_nothing_is_waited_for_until_the_time_is_over(transport: str) -> None:
    with silent(transport, settle=0.1) as (site, sock):
        yields(site)
        assert not sock.recv(1)


@both_loops
def test_who_hurries_waits_for_nobody(transport: str) -> None:
    with silent(transport, settle=LONG) as (site, sock):
        yields(site)
        site.call(site.runner.end, Urgency.HURRY)
        assert not sock.recv(1)
