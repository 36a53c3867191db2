"""What our HTTP class keeps of a request that nobody can judge yet, and where requests end."""

from __future__ import annotations

import contextlib
import socket

import pytest

from tests.server.clients import Site
from tests.server.conftest import Serve

HEAD = b"POST /apps/1/events HTTP/1.1\r\nHost: x\r\n"


@pytest.fixture
def transport() -> str:
    return "wire"


@pytest.mark.parametrize(
    "beginning",
    [
        b"POST /",
        HEAD + b"X-Long: ",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n0\r\nX-Long: ",
    ],
    ids=["line", "header", "trailer"],
)
def test_a_head_without_end_is_refused(site: Site, beginning: bytes) -> None:
    with socket.create_connection((site.host, site.port), timeout=10) as raw:
        raw.sendall(beginning)
        with pytest.raises(ConnectionError):
            raw.sendall(b"x" * 100_000_000)


def test_a_long_head_in_pieces_is_read(site: Site) -> None:
    head = HEAD + b"Content-Length: 0\r\nX-Long: " + b"x" * 50_000
    with socket.create_connection((site.host, site.port), timeout=10) as raw:
        for at in range(0, len(head), 1000):
            raw.sendall(head[at : at + 1000])
        raw.sendall(b"\r\n\r\n")
        assert raw.recv(100).startswith(b"HTTP/1.1 401")


@pytest.mark.parametrize(
    "path", ["/nothing", "/apps/1/events?auth_signature=x", "/app/key/1/a/xhr?protocol=7"]
)
@pytest.mark.parametrize("upgrade", ["h2c", "websocket, h2c"])
def test_a_body_behind_an_upgrade_that_is_not_served_is_no_second_request(
    serve: Serve, path: str, upgrade: str
) -> None:
    site = serve(may_log=True)  # uvicorn warns of the upgrade
    hidden = b"GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n"
    fields = f"Host: x\r\nConnection: Upgrade\r\nUpgrade: {upgrade}\r\nContent-Length: {len(hidden)}"
    with socket.create_connection((site.host, site.port), timeout=10) as raw:
        raw.sendall(f"POST {path} HTTP/1.1\r\n{fields}\r\n\r\n".encode())
        received = raw.recv(100)  # the body comes alone, as from a proxy that passes it on later
        with contextlib.suppress(ConnectionError):
            raw.sendall(hidden)
            while data := raw.recv(1000):
                received += data
    assert received.count(b"HTTP/1.1 ") == 1
