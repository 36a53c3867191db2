"""The signals, with real receivers."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from onair import signals
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
)
from tests.receivers import connected, receiving

NOW = datetime(2026, 1, 1, tzinfo=UTC)

# (a notice, the name of its signal, what a receiver gets beside the channel)
NOTICES: list[tuple[Notice, str, dict[str, Any]]] = [
    (ChannelOccupied("news"), "channel_occupied", {}),
    (ChannelVacated("news"), "channel_vacated", {}),
    (MemberAdded("news", "7"), "member_added", {"user_id": "7"}),
    (MemberRemoved("news", "7"), "member_removed", {"user_id": "7"}),
    (
        ClientEventSent("news", "client-e", "[1]", "1.2"),
        "client_event",
        {"event": "client-e", "data": "[1]", "socket_id": "1.2", "user_id": None},
    ),
    (CacheMissed("news"), "cache_miss", {}),
    (SubscriptionsCounted("news", 3), "subscription_count", {"subscription_count": 3}),
]


@pytest.mark.parametrize(("notice", "name", "arguments"), NOTICES, ids=lambda value: str(value)[:30])
def test_a_notice_is_a_signal_with_its_fields(notice: Notice, name: str, arguments: dict[str, Any]) -> None:
    with receiving() as received:
        assert signals.send(notice, app_id="1", time=NOW)
        assert received.next() == (name, {"app_id": "1", "time": NOW, "channel": "news", **arguments})
        assert received.is_empty


def test_there_is_a_signal_for_every_notice_and_it_can_be_imported_by_its_name() -> None:
    assert set(signals.SIGNALS) == NOTICE_NAMES
    assert {name: getattr(signals, name) for name in NOTICE_NAMES} == signals.SIGNALS


def failing(**arguments: Any) -> None:
    raise LookupError("not today")


def test_a_receiver_that_fails_is_logged_and_does_not_keep_the_others_from_theirs(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with connected("member_added", failing), receiving("member_added") as received:
        assert not signals.send(MemberAdded("news", "7"), app_id="1", time=NOW)
        assert received.names(1) == ["member_added"]
    assert "not today" in caplog.text


async def asynchronous(**arguments: Any) -> None:
    if arguments["user_id"] == "8":
        raise LookupError("not asynchronously")


@pytest.mark.parametrize(("user_id", "is_taken"), [("7", True), ("8", False)])
def test_a_receiver_may_be_asynchronous(user_id: str, is_taken: bool) -> None:
    with connected("member_added", asynchronous):
        assert signals.send(MemberAdded("news", user_id), app_id="1", time=NOW) is is_taken


def test_a_receiver_may_be_a_partial() -> None:
    with connected("cache_miss", partial(receive_into, [])):
        assert signals.send(CacheMissed("cache-a"), app_id="1", time=NOW)


def receive_into(into: list[Any], **arguments: Any) -> None:
    into.append(arguments)


def test_importing_them_needs_no_settings_and_no_server() -> None:
    script = (
        "import sys, onair.signals;"
        "loaded = {'onair.conf', 'onair.server', 'django.db', 'urllib3', 'uvicorn'} & set(sys.modules);"
        "sys.exit(f'imported {loaded}' if loaded else 0)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
