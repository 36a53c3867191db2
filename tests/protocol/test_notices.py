from __future__ import annotations

import json
from typing import Any, get_args

import msgspec
import pytest

from onair.protocol.notices import (
    NOTICE_NAMES,
    CacheMissed,
    ChannelOccupied,
    ChannelVacated,
    ClientEventSent,
    MemberAdded,
    MemberRemoved,
    Notice,
    SubscriptionsCounted,
    name_of,
)

#: As the documents of webhooks print them.
EVENTS: list[tuple[Notice, dict[str, Any]]] = [
    (ChannelOccupied("news"), {"name": "channel_occupied", "channel": "news"}),
    (ChannelVacated("news"), {"name": "channel_vacated", "channel": "news"}),
    (MemberAdded("presence-a", "7"), {"name": "member_added", "channel": "presence-a", "user_id": "7"}),
    (MemberRemoved("presence-a", "7"), {"name": "member_removed", "channel": "presence-a", "user_id": "7"}),
    (
        ClientEventSent("private-a", "client-x", '{"a":1}', "1.2"),
        {
            "name": "client_event",
            "channel": "private-a",
            "event": "client-x",
            "data": '{"a":1}',
            "socket_id": "1.2",
        },
    ),
    (
        ClientEventSent("presence-a", "client-x", "{}", "1.2", "7"),
        {
            "name": "client_event",
            "channel": "presence-a",
            "event": "client-x",
            "data": "{}",
            "socket_id": "1.2",
            "user_id": "7",
        },
    ),
    (CacheMissed("cache-a"), {"name": "cache_miss", "channel": "cache-a"}),
    (
        SubscriptionsCounted("news", 3),
        {"name": "subscription_count", "channel": "news", "subscription_count": 3},
    ),
]


@pytest.mark.parametrize(("notice", "event"), EVENTS, ids=lambda value: type(value).__name__)
def test_a_notice_is_the_event_of_a_webhook(notice: Notice, event: dict[str, Any]) -> None:
    assert json.loads(msgspec.json.encode(notice)) == event
    assert name_of(notice) == event["name"]


def test_every_kind_of_notice_has_its_name_in_the_list() -> None:
    assert {kind.__struct_config__.tag for kind in get_args(Notice)} == NOTICE_NAMES
