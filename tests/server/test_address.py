"""Where a server listens, as a person writes it."""

from __future__ import annotations

import pytest

from onair.server.address import BadAddress, Port, UnixSocket, read_address

ADDRESSES = {
    "127.0.0.1:6001": Port("127.0.0.1", 6001),
    "0.0.0.0:80": Port("0.0.0.0", 80),
    "live.example.com:443": Port("live.example.com", 443),
    "[::1]:6001": Port("::1", 6001),
    "[::]:0": Port("::", 0),
    "6001": Port("127.0.0.1", 6001),
    ":6001": Port("127.0.0.1", 6001),
    "unix:/run/onair.sock": UnixSocket("/run/onair.sock"),
    "unix:onair.sock": UnixSocket("onair.sock"),
}

URLS = {
    "127.0.0.1:6001": "ws://127.0.0.1:6001/app/key",
    "[::1]:6001": "ws://[::1]:6001/app/key",
    "unix:/run/onair.sock": "ws://unix:/run/onair.sock:/app/key",
}


@pytest.mark.parametrize(("text", "address"), ADDRESSES.items(), ids=ADDRESSES)
def test_an_address_is_host_and_port_or_a_unix_socket(text: str, address: Port | UnixSocket) -> None:
    assert read_address(text) == address


@pytest.mark.parametrize(
    "text", ["", "localhost", "::1:6001", "[::1]", "host:port", "host:65536", "a:b:1", "unix:", "/run/x.sock"]
)
def test_what_is_no_address_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(BadAddress, match=r"give HOST:PORT, like 127\.0\.0\.1:6001"):
        read_address(text)


@pytest.mark.parametrize(("text", "url"), URLS.items(), ids=URLS)
def test_an_address_has_urls(text: str, url: str) -> None:
    assert read_address(text).url("ws", "/app/key") == url
