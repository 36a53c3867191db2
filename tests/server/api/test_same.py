"""Whatever is asked, in whatever pieces it comes: both front ends answer the same."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from onair.protocol.app import Credential
from onair.server.origins import OriginPolicy
from onair.server.server import Server
from tests.server.api.exchange import Exchange, Response, request
from tests.server.clients import Site, signed_path
from tests.server.conftest import APP
from tests.server.running import running

EVENT = json.dumps({"name": "saved", "channel": "news", "data": "{}", "info": "subscription_count"}).encode()
STRANGER = replace(APP, credentials=(Credential("key", "another secret"),))
TERMINATE = "users/7/terminate_connections"


def requests() -> dict[str, bytes]:
    """Requests that were signed now: a signature is good for ten minutes."""
    publish = request(signed_path(APP, "events", EVENT), EVENT)
    chunked = request(signed_path(APP, "events", EVENT), None, "Transfer-Encoding: chunked")
    return {
        "an event": publish,
        "an event in chunks": b"%b5\r\n%b\r\n%x\r\n%b\r\n0\r\n\r\n"
        % (chunked, EVENT[:5], len(EVENT) - 5, EVENT[5:]),
        "an event after a question": publish.replace(b"Host: x", b"Host: x\r\nExpect: 100-continue", 1),
        "an event without data": request(signed_path(APP, "events", b"{}"), b"{}"),
        "an event that a stranger signed": request(signed_path(STRANGER, "events", EVENT), EVENT),
        "an event with another body": request(signed_path(APP, "events", EVENT), b"{}"),
        "the channels": request(signed_path(APP, "channels", method="GET"), None, method="GET"),
        "a body that is too large": request(signed_path(APP, TERMINATE, b"x" * 70_000), b"x" * 70_000),
        "another method": request(signed_path(APP, "channels", b"x"), b"x"),
        "nothing that is known": request(signed_path(APP, "nothing"), b""),
        "another app": request("/apps/2/events?auth_signature=x", b"x"),
        "another path": request("/", None, method="GET"),
    }


#: Below ASGI, and under it.
OPTIONS: Sequence[dict[str, Any]] = ({}, {"http": HttpToolsProtocol})


@pytest.fixture(scope="module")
def signed() -> dict[str, bytes]:
    return requests()


@pytest.fixture(scope="module")
def sites() -> Iterator[Sequence[Site]]:
    """A server for each front end."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(running(Server([APP], origins=OriginPolicy(["*"])), **options))
            for options in OPTIONS
        ]


def answers(site: Site, pieces: Sequence[bytes], count: int) -> list[Response]:
    """So many answers to what is sent in these pieces, and those that only say to go on."""
    received: list[Response] = []
    with Exchange(site) as exchange:
        for piece in pieces:
            exchange.send(piece)
        while sum(response.status >= 200 for response in received) < count:
            received.append(exchange.response())
    return received


@given(names=st.lists(st.sampled_from(list(requests())), min_size=1, max_size=6), data=st.data())
@settings(deadline=None, max_examples=60)
def test_both_front_ends_answer_the_same(
    sites: Sequence[Site], signed: dict[str, bytes], names: list[str], data: st.DataObject
) -> None:
    wire = b"".join(signed[name] for name in names)
    cuts = sorted(data.draw(st.sets(st.integers(1, len(wire) - 1), max_size=5)))
    pieces = [wire[start:end] for start, end in zip([0, *cuts], [*cuts, None], strict=True)]
    below, under = (answers(site, pieces, len(names)) for site in sites)
    assert below == under
