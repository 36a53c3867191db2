"""Which requests are ours, and which connections can be taken away from the WSGI server."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from socketserver import ThreadingMixIn
from typing import Any

import pytest
from django.core.servers.basehttp import WSGIRequestHandler, WSGIServer

from onair.embedded.handover import HandoverHandler, Ours
from onair.protocol.app import App, Credential

OURS = Ours.of(App("1.5", (Credential("a+key", "s"), Credential("old-key", "s"))))

SOCKETS = [
    b"GET /app/a+key HTTP/1.1",
    b"GET /app/a+key/ HTTP/1.1",
    b"GET /app/a+key?protocol=7 HTTP/1.1",
    b"GET /app/old-key?protocol=7 HTTP/1.1",
    b"GET /a/prefix/app/a+key?protocol=7 HTTP/1.1",
]

NO_SOCKETS = [
    b"POST /app/a+key HTTP/1.1",
    b"GET /app/aaakey HTTP/1.1",
    b"GET /app/a+key2 HTTP/1.1",
    b"GET /app/other HTTP/1.1",
    b"GET /app/ HTTP/1.1",
    b"GET /search?for=/app/a+key HTTP/1.1",
    b"GET http://localhost/app/a+key HTTP/1.1",
    b"",
]

FALLBACK = [
    b"POST /pusher/app/a+key/7/abc0defg/xhr_streaming?protocol=7 HTTP/1.1",
    b"POST /pusher/app/old-key/999/abc0defg/xhr?protocol=7 HTTP/1.1",
    b"POST /app/a+key/0/a/xhr_send?t=1&n=2 HTTP/1.1",
    b"OPTIONS /pusher/app/a+key/0/a/xhr_send HTTP/1.1",
]

NO_FALLBACK = [
    b"GET /pusher/app/a+key/7/abc0defg/xhr HTTP/1.1",
    b"POST /pusher/app/other/7/abc0defg/xhr HTTP/1.1",
    b"POST /pusher/app/a+key/7/abc0defg/xhr_stream HTTP/1.1",
    b"POST /pusher/app/a+key/7/abc0defg/xhr/more HTTP/1.1",
    b"POST /pusher/app/a+key/1000/abc0defg/xhr HTTP/1.1",
    b"POST /pusher/app/a+key/seven/abc0defg/xhr HTTP/1.1",
    b"POST /pusher/app/a+key/7/../xhr HTTP/1.1",
    b"POST /search?for=/app/a+key/7/abc0defg/xhr HTTP/1.1",
]

API = [
    b"POST /apps/1.5/events?auth_signature=x HTTP/1.1",
    b"POST /apps/1.5/events?auth_key=k&auth_signature=x HTTP/1.1",
    b"GET /apps/1.5/channels?auth_signature=x HTTP/1.1",
    b"POST /users/7/terminate_connections?auth_key=a+key&auth_signature=x HTTP/1.1",
    b"POST /users/7/terminate_connections?auth_signature=x&auth_key=a%2Bkey HTTP/1.1",
]

NO_API = [
    b"POST /apps/1.5/events HTTP/1.1",
    b"POST /apps/1x5/events?auth_signature=x HTTP/1.1",
    b"POST /apps/2/events?auth_signature=x HTTP/1.1",
    b"POST /apps/1.5/events?my_auth_signature=x HTTP/1.1",
    b"POST /apps/?auth_signature=x HTTP/1.1",
    b"POST /users/7/terminate_connections?auth_signature=x HTTP/1.1",
    b"POST /users/7/terminate_connections?auth_key=a+key HTTP/1.1",
    b"POST /users/7/terminate_connections?auth_key=a+key2&auth_signature=x HTTP/1.1",
    b"POST /users/7/terminate_connections?my_auth_key=a+key&auth_signature=x HTTP/1.1",
    b"POST /users/7/delete?auth_key=a+key&auth_signature=x HTTP/1.1",
]


@pytest.mark.parametrize("line", SOCKETS)
def test_a_path_with_a_key_of_ours_is_a_socket(line: bytes) -> None:
    assert OURS.socket.match(line + b"\r\n")


@pytest.mark.parametrize("line", [*NO_SOCKETS, *API])
def test_other_paths_are_no_sockets(line: bytes) -> None:
    assert not OURS.socket.match(line + b"\r\n")


@pytest.mark.parametrize("line", FALLBACK)
def test_a_session_s_path_behind_a_key_of_ours_is_the_fallback(line: bytes) -> None:
    assert OURS.fallback.match(line + b"\r\n")


@pytest.mark.parametrize("line", [*NO_FALLBACK, *SOCKETS, *API])
def test_other_paths_are_not_the_fallback(line: bytes) -> None:
    assert not OURS.fallback.match(line + b"\r\n")


@pytest.mark.parametrize("line", API)
def test_a_signed_path_under_our_id_is_the_api(line: bytes) -> None:
    assert OURS.api.match(line + b"\r\n")


@pytest.mark.parametrize("line", [*NO_API, *SOCKETS])
def test_other_paths_are_not_the_api(line: bytes) -> None:
    assert not OURS.api.match(line + b"\r\n")


class _WrappedSocket(socket.socket):
    """What carries more state than its descriptor, as a socket of TLS does."""


class _WrappingServer(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def get_request(self) -> tuple[Any, Any]:
        plain, address = super().get_request()
        return _WrappedSocket(plain.family, plain.type, plain.proto, plain.detach()), address


class _NobodyAdopts:
    ours = OURS

    def adopt(self, sock: socket.socket, head: bytes, rest: bytes) -> None:
        raise AssertionError("this connection cannot leave")


@pytest.fixture
def wrapping_server() -> Iterator[int]:
    handler = type("Handler", (HandoverHandler, WSGIRequestHandler), {"adopter": _NobodyAdopts()})
    with _WrappingServer(("127.0.0.1", 0), handler) as server:
        server.set_app(_page)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def _page(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [])
    return [b"page"]


def test_a_connection_of_tls_stays_with_the_site(wrapping_server: int) -> None:
    with socket.create_connection(("127.0.0.1", wrapping_server), 10) as sock:
        sock.sendall(
            b"GET /app/a+key?protocol=7 HTTP/1.1\r\nHost: localhost\r\n"
            b"Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
        )
        answer = b""
        while not answer.endswith(b"\r\n\r\npage"):
            more = sock.recv(65_536)
            assert more, answer
            answer += more
