"""Our server with every switch on, an application beside it, and official libraries that speak with both."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from pusher import Pusher

from onair.protocol.app import App, Credential
from onair.server.origins import OriginPolicy
from onair.server.server import Server
from tests.clients.endpoint import MASTER_KEY, Endpoint, endpoint
from tests.clients.node import Driver
from tests.server.clients import Site
from tests.server.running import running

KEY = Credential("278d425bdf160c739803", "7ad3773142a6692b25b8")

APP = App("3", (KEY,), client_events=True, subscription_counts=True)

OpenClient = Callable[..., Driver]


@pytest.fixture
def application() -> Iterator[Endpoint]:
    """The application's endpoints."""
    with endpoint(python_library("127.0.0.1", 80), KEY.key) as server:
        yield server


@pytest.fixture
def site(caplog: pytest.LogCaptureFixture) -> Iterator[Site]:
    """The server; what it logs is a failure."""
    with caplog.at_level(logging.WARNING, "onair"):
        with running(Server([APP], origins=OriginPolicy(["*"]))) as site:
            yield site
        assert [record.getMessage() for record in caplog.records if record.name.startswith("onair")] == []


def python_library(host: str, port: int, master_key: str = MASTER_KEY) -> Pusher:
    address = {"ssl": False, "host": host, "port": port}
    return Pusher(APP.id, KEY.key, KEY.secret, **address, encryption_master_key_base64=master_key)


@pytest.fixture
def library(site: Site) -> Iterator[Pusher]:
    """The official server library for Python."""
    library = python_library(site.host, site.port)
    yield library
    library._pusher_client.http.session.close()


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def node_library(site: Site, stack: ExitStack) -> Driver:
    """The official server library for Node.js."""
    options = {
        "appId": APP.id,
        "key": KEY.key,
        "secret": KEY.secret,
        "host": site.host,
        "port": site.port,
        "encryptionMasterKeyBase64": MASTER_KEY,
    }
    return stack.enter_context(Driver("pusher.mjs", options))


@pytest.fixture
def pusher_js(site: Site, application: Endpoint, stack: ExitStack) -> OpenClient:
    """Opens connections of official pusher-js: as a user, and with whom the user watches."""

    def connect(user: str = "1", watchlist: str = "", key: str = KEY.key, **options: Any) -> Driver:
        params = {"user": user, "watchlist": watchlist}
        authorization = {"endpoint": f"{application.url}/pusher/auth", "transport": "ajax", "params": params}
        authentication = {**authorization, "endpoint": f"{application.url}/pusher/user-auth"}
        all_options = {
            "cluster": "",
            "wsHost": site.host,
            "wsPort": site.port,
            "forceTLS": False,
            "enabledTransports": ["ws"],
            "channelAuthorization": authorization,
            "userAuthentication": authentication,
            **options,
        }
        return stack.enter_context(Driver("pusher-js.mjs", [key, all_options]))

    return connect


@pytest.fixture
def echo(site: Site, application: Endpoint, stack: ExitStack) -> OpenClient:
    """Opens Laravel Echo as a user."""

    def connect(user: str = "1", **options: Any) -> Driver:
        all_options = {
            "cluster": "",
            "wsHost": site.host,
            "wsPort": site.port,
            "forceTLS": False,
            "enabledTransports": ["ws"],
            "authEndpoint": f"{application.url}/pusher/auth",
            "auth": {"params": {"user": user}, "headers": {}},
            **options,
        }
        return stack.enter_context(Driver("laravel-echo.mjs", [KEY.key, all_options]))

    return connect
