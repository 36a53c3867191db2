"""From a process of the site to browsers on several others, which share an engine."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from onair import conf
from onair.engines.urls import EngineUrl
from tests.publishing.engines import Shared
from tests.publishing.real_server import RealServer, serving

Python = Callable[..., "subprocess.CompletedProcess[str]"]

ROOM = "presence-cache-room"


@pytest.fixture
def servers(shared: Shared, settings: Any) -> Iterator[list[RealServer]]:
    """Two processes' servers of the site that the scripts are."""
    settings.SECRET_KEY = "a secret"
    with ExitStack() as stack:
        yield [stack.enter_context(serving(conf.app(), EngineUrl(shared.url))) for _ in range(2)]


def test_what_one_process_publishes_reaches_browsers_on_all_others_once_and_in_order(
    python: Python, shared: Shared, servers: list[RealServer]
) -> None:
    with ExitStack() as stack:
        clients = [stack.enter_context(server.joined("room")) for server in servers for _ in range(2)]
        python("for n in range(50): onair.publish('room', str(n))", URL=shared.url)
        for client in clients:
            assert [client.receive()["event"] for _ in range(50)] == [str(n) for n in range(50)]


def test_a_process_without_sockets_sees_who_is_there_and_leaves_out_one_socket(
    python: Python, shared: Shared, servers: list[RealServer]
) -> None:
    one, other = servers
    script = """
print([(member.id, member.info) for member in onair.members("presence-cache-room")])
onair.publish("presence-cache-room", "for the other", exclude="{socket_id}")
onair.publish("presence-cache-room", "for both")
"""
    with (
        one.present(ROOM, "7", {"name": "Zoë"}),
        other.present(ROOM, "8") as second,
        one.connected() as first,
    ):
        socket_id = first.established()
        first.join(one.app, socket_id, ROOM, "7")
        result = python(script.replace("{socket_id}", socket_id), URL=shared.url)
        assert result.stdout == "[('7', {'name': 'Zoë'}), ('8', None)]\n"
        assert names(second, 2) == ["for the other", "for both"]
        assert names(first, 1) == ["for both"]


def names(client: Any, number: int) -> list[str]:
    """Return the names of the next events that the site has published."""
    said: list[str] = []
    while len(said) < number:
        event = client.receive()["event"]
        if not event.startswith("pusher"):
            said.append(event)
    return said
