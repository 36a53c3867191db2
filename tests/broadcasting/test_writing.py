"""Whom the writes of a block need not be told to."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import transaction
from django.http import HttpRequest
from django.test import RequestFactory

import onair
from tests.broadcasting.told import Told, telling
from tests.site.desk.models import Story

pytestmark = pytest.mark.django_db(transaction=True)

SOCKET = "123.456"

#: Seconds that a test waits for another thread.
PATIENCE = 10


def request(**headers: str) -> HttpRequest:
    return RequestFactory().post("/", headers=headers)


def spared(told: Told) -> list[str | None]:
    return [event.socket_id for event in told.events]


@pytest.mark.parametrize(
    "exclude",
    [SOCKET, request(**{"X-Socket-ID": SOCKET}), request(**{"X-Pusher-Socket-Id": SOCKET})],
)
def test_the_writers_own_socket_is_spared(exclude: Any) -> None:
    with telling() as told, onair.writing(exclude=exclude):
        Story.objects.create(title="a")
    assert spared(told) == [SOCKET]


@pytest.mark.parametrize("exclude", [None, "garbage", request(), request(**{"X-Socket-ID": "<script>"})])
def test_what_is_no_socket_id_spares_nobody(exclude: Any) -> None:
    with telling() as told, onair.writing(exclude=exclude):
        Story.objects.create(title="a")
    assert spared(told) == [None]


def test_a_socket_that_did_not_write_all_of_it_is_told() -> None:
    with telling() as told, transaction.atomic():
        story = Story.objects.create(title="a")
        with onair.writing(exclude=SOCKET):
            story.save()
    assert spared(told) == [None]


def test_one_event_of_many_objects_spares_who_wrote_all_of_them() -> None:
    stories = [Story(title=str(number)) for number in range(101)]
    with telling() as told, onair.writing(exclude=SOCKET):
        Story.objects.bulk_create(stories)
    assert set(told.names) == {"story.changed"}
    assert set(spared(told)) == {SOCKET}


def test_one_event_of_many_objects_is_told_to_a_socket_that_wrote_some_of_them() -> None:
    with telling() as told, transaction.atomic():
        with onair.writing(exclude="789.1"):
            Story.objects.create(title="another's")
        with onair.writing(exclude=SOCKET):
            Story.objects.bulk_create(Story(title=str(number)) for number in range(101))
    assert set(told.names) == {"story.changed"}
    assert set(spared(told)) == {None}


def test_an_event_above_the_limit_spares_the_writer_too() -> None:
    with telling() as told, onair.writing(exclude=SOCKET):
        Story.objects.create(title="a", body="x" * 300_000)
    assert told.only.data["refetch"] is True
    assert spared(told) == [SOCKET]


def test_silent_writes_are_not_announced() -> None:
    with telling() as told:
        with onair.writing(silent=True):
            story = Story.objects.create(title="a")
        story.save()
    assert told.names == ["story.updated"]


def test_one_object_may_be_entered_again_and_by_several_threads() -> None:
    sparing = onair.writing(exclude=SOCKET)
    entered, may_leave = threading.Event(), threading.Event()

    def enter_elsewhere() -> None:
        with sparing:
            entered.set()
            assert may_leave.wait(PATIENCE)

    with ThreadPoolExecutor(1) as pool, telling() as told:
        with sparing:
            elsewhere = pool.submit(enter_elsewhere)
            assert entered.wait(PATIENCE)
            with sparing:
                Story.objects.create(title="inner")
            Story.objects.create(title="outer")
        Story.objects.create(title="after")
        may_leave.set()
        elsewhere.result(PATIENCE)
    assert spared(told) == [SOCKET, SOCKET, None]


def test_a_function_may_be_decorated_and_call_itself() -> None:
    @onair.writing(exclude=SOCKET)
    def write(times: int) -> None:
        Story.objects.create(title=str(times))
        if times:
            write(times - 1)

    with telling() as told:
        write(1)
        Story.objects.create(title="after")
    assert spared(told) == [SOCKET, SOCKET, None]


def test_asynchronous_functions_are_decorated_alike_and_do_not_disturb_each_other() -> None:
    async def write(title: str) -> None:
        with onair.writing(exclude=f"1.{title}"):
            await asyncio.sleep(0)
            await Story.objects.acreate(title=title)

    @onair.writing(silent=True)
    async def write_silently() -> None:
        await Story.objects.acreate(title="silent")

    async def write_all() -> None:
        await asyncio.gather(write("1"), write_silently(), write("2"))

    with telling() as told:
        async_to_sync(write_all)()
    assert {event.data["object"]["title"]: event.socket_id for event in told.events} == {
        "1": "1.1",
        "2": "1.2",
    }


def test_what_is_raised_inside_is_raised_outside_and_ends_it() -> None:
    with pytest.raises(KeyError), onair.writing(silent=True):
        raise KeyError
    with telling() as told:
        Story.objects.create(title="a")
    assert told.names == ["story.created"]
