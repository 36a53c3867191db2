"""What applications are told by two processes: once, whichever of them noticed it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from pusher import Pusher

from onair.protocol.app import Webhook
from onair.server.watch import Timings
from tests.clients.endpoint import Endpoint, endpoint
from tests.conformance.application import KEY, SECRET
from tests.engines.sharing.conftest import Start

NAMES = frozenset({"channel_occupied", "channel_vacated", "member_added", "member_removed"})


@pytest.fixture
def application() -> Iterator[Endpoint]:
    with endpoint(Pusher("3", KEY, SECRET), KEY) as application:
        yield application


def test_a_page_that_comes_back_to_the_other_process_was_never_gone(
    start: Start, application: Endpoint
) -> None:
    webhook = Webhook(url=f"{application.url}/webhook", notices=NAMES, batch=False)
    pair = start(webhooks=(webhook,), timings=Timings(held=2))
    stays = pair.connect(pair.one).join("presence-room", "1")
    pair.connect(pair.one).join("presence-room", "2").join("news").connection.close()
    stays.next("pusher_internal:member_added")
    stays.next("pusher_internal:member_removed")
    back = pair.connect(pair.other).join("presence-room", "2").join("news")
    stays.send("pusher:unsubscribe", {"channel": "presence-room"})
    back.next("pusher_internal:member_removed")

    events = [(event["name"], event["channel"], event.get("user_id")) for event in told(application, 5)]
    assert sorted(events, key=str) == [
        ("channel_occupied", "news", None),
        ("channel_occupied", "presence-room", None),
        ("member_added", "presence-room", "1"),
        ("member_added", "presence-room", "2"),
        ("member_removed", "presence-room", "1"),
    ]


def told(application: Endpoint, number: int) -> list[dict[str, Any]]:
    requests = application.webhooks(number)
    return [event for request in requests for event in json.loads(request.body)["events"]]


def test_each_notice_is_told_once_by_whoever_noticed_it(start: Start, application: Endpoint) -> None:
    webhook = Webhook(url=f"{application.url}/webhook", notices=NAMES, batch=False)
    pair = start(webhooks=(webhook,), timings=Timings(held=0))
    here, there = pair.both()
    here.join("presence-room", "1")
    there.join("presence-room", "1")
    another = pair.connect(pair.other).join("presence-room", "2")
    here.connection.close()
    there.connection.close()
    another.next("pusher_internal:member_removed")
    another.send("pusher:unsubscribe", {"channel": "presence-room"})

    assert sorted((event["name"], event.get("user_id")) for event in told(application, 6)) == [
        ("channel_occupied", None),
        ("channel_vacated", None),
        ("member_added", "1"),
        ("member_added", "2"),
        ("member_removed", "1"),
        ("member_removed", "2"),
    ]
