"""What a site's code calls. In the test's own process events leave on the calling thread."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from typing import Any
from unittest import mock

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.test import RequestFactory, TestCase

import onair
from onair.exceptions import BadEvent
from onair.publishing import capture
from onair.publishing.event import Event
from onair.publishing.stats import Stats
from tests.publishing.conftest import Counting
from tests.publishing.project_test import run
from tests.publishing.receiver import Receiver
from tests.publishing.sealed import opened

HEADERS = ["X-Socket-ID", "X-Pusher-Socket-Id"]


class RolledBack(Exception):
    pass


def names(events: list[Event]) -> list[str]:
    return [event.name for event in events]


def test_an_event_goes_to_one_channel_or_to_several() -> None:
    with capture.captured() as events:
        onair.publish("a", "message", {"n": 1})
        onair.publish(("b", "c"), "message")
    assert events == [Event(("a",), "message", {"n": 1}), Event(("b", "c"), "message")]


def test_an_event_goes_to_one_user() -> None:
    with capture.captured() as events:
        onair.publish("#server-to-user-7", "message", {"n": 1})
    assert events == [Event(("#server-to-user-7",), "message", {"n": 1})]


def test_an_event_for_an_encrypted_channel_among_others_is_one_event_to_the_publisher() -> None:
    with capture.captured() as events:
        onair.publish(["a", "private-encrypted-b"], "message", {"n": 1})
    assert events == [Event(("a", "private-encrypted-b"), "message", {"n": 1})]


def test_an_event_for_an_encrypted_channel_among_others_is_sent_to_it_apart(
    receiver: Receiver, settings: Any
) -> None:
    settings.ONAIR = {"URL": receiver.url}
    onair.publish(["a", "private-encrypted-b", "c"], "message", {"n": 1})
    plain, encrypted = receiver.next().body, receiver.next().body
    assert (plain["channels"], plain["data"]) == (["a", "c"], '{"n":1}')
    assert encrypted["channels"] == ["private-encrypted-b"]
    assert opened("private-encrypted-b", encrypted["data"]) == '{"n":1}'


def test_without_a_channel_nothing_happens(counted: Counting) -> None:
    onair.publish([], "message")
    assert counted() == Stats()


@pytest.mark.parametrize(
    ("channels", "event", "data"),
    [
        ("a channel", "message", None),
        ("a", "pusher:ping", None),
        ("a", "message", object()),
        ([7], "message", None),
        (7, "message", None),
    ],
)
def test_a_mistake_of_the_caller_is_raised_at_the_call(channels: Any, event: str, data: object) -> None:
    with pytest.raises(BadEvent):
        onair.publish(channels, event, data)


def test_wrong_settings_are_raised_at_the_call(settings: Any) -> None:
    settings.PUSHER_KEY = "a-key"
    with pytest.raises(ImproperlyConfigured, match="PUSHER_APP_ID and PUSHER_SECRET are empty"):
        onair.publish("a", "message")


def test_too_much_data_is_logged_counted_and_dropped(
    counted: Counting, caplog: pytest.LogCaptureFixture, settings: Any
) -> None:
    settings.ONAIR = {"MAX_EVENT_SIZE": 50}
    with capture.captured() as events:
        onair.publish("a", "message", "x" * 48)
        onair.publish("a", "message", "x" * 49)
    assert len(events) == 1
    assert counted() == Stats(dropped=1)
    [record] = caplog.records
    for part in ("51 bytes", "limit is 50", 'ONAIR["MAX_EVENT_SIZE"]'):
        assert part in record.getMessage()


def test_hosted_pusher_takes_less(counted: Counting, settings: Any) -> None:
    settings.ONAIR = {"URL": "pusher://a-key:a-secret@eu/42"}
    with capture.captured() as events:
        onair.publish("a", "message", "x" * 10_238)
        onair.publish("a", "message", "x" * 10_239)
    assert len(events) == 1
    assert counted() == Stats(dropped=1)


def test_a_compatible_server_in_hosted_pushers_place_takes_more(counted: Counting, settings: Any) -> None:
    settings.PUSHER_APP_ID, settings.PUSHER_KEY, settings.PUSHER_SECRET = "42", "a-key", "a-secret"
    settings.PUSHER_HOST = "pusher.example.com"
    with capture.captured() as events:
        onair.publish("a", "message", "x" * 10_239)
    assert len(events) == 1
    assert counted() == Stats()


@pytest.mark.parametrize("header", HEADERS)
def test_the_socket_of_a_request_is_left_out(header: str) -> None:
    request = RequestFactory().post("/", headers={header: "12.34"})
    with capture.captured() as events:
        onair.publish("a", "message", exclude=request)
    assert events[0].socket_id == "12.34"


@pytest.mark.parametrize("garbage", ["", "evil", "1.2; drop", "1.2\n", "1", "\uff11.\uff12", "undefined"])
def test_what_is_no_socket_id_is_ignored(garbage: str) -> None:
    requests = [RequestFactory().post("/", headers={header: garbage}) for header in HEADERS]
    with capture.captured() as events:
        for exclude in (garbage, *requests, RequestFactory().get("/"), None, 7):
            onair.publish("a", "message", exclude=exclude)  # type: ignore[arg-type] # 7 is garbage, too
    assert {event.socket_id for event in events} == {None}


def test_a_bad_header_does_not_hide_the_good_one() -> None:
    request = RequestFactory().post("/", headers={HEADERS[0]: "undefined", HEADERS[1]: "1.2"})
    with capture.captured() as events:
        onair.publish("a", "message", exclude=request)
    assert events[0].socket_id == "1.2"


def test_a_socket_id_can_be_given_itself() -> None:
    with capture.captured() as events:
        onair.publish("a", "message", exclude="1.2")
    assert events[0].socket_id == "1.2"


@pytest.mark.django_db(transaction=True)
def test_nothing_leaves_before_the_commit_or_for_a_rollback() -> None:
    with capture.captured() as events:
        with suppress(RolledBack), transaction.atomic():
            onair.publish("a", "of the rollback")
            raise RolledBack
        with transaction.atomic():
            onair.publish("a", "of the commit")
            assert events == []
    assert names(events) == ["of the commit"]


@pytest.mark.django_db(transaction=True, databases=["default", "other"])
def test_using_names_the_transaction_to_wait_for() -> None:
    with capture.captured() as events, transaction.atomic():
        onair.publish("a", "waits")
        onair.publish("a", "does not", using="other")
        assert names(events) == ["does not"]
    assert names(events) == ["does not", "waits"]


@pytest.mark.django_db(transaction=True)
def test_data_is_taken_when_it_is_published_not_when_it_leaves() -> None:
    data = {"n": 1}
    with capture.captured() as events, transaction.atomic():
        onair.publish("a", "message", data)
        data["n"] = 2
    assert events[0].data == {"n": 1}


@pytest.mark.django_db(transaction=True)
def test_asynchronous_code_joins_the_transaction_of_its_orm() -> None:
    async def view() -> list[str]:
        block = transaction.atomic()
        await sync_to_async(block.__enter__)()
        await onair.apublish("a", "message", {"n": 1}, exclude="1.2")
        before = names(events)
        await sync_to_async(block.__exit__)(None, None, None)
        return before

    with capture.captured() as events:
        assert async_to_sync(view)() == []  # the ORM's thread is this one
    assert events == [Event(("a",), "message", {"n": 1}, "1.2")]


def test_publish_may_be_called_in_an_event_loop() -> None:
    async def view() -> None:
        onair.publish("a", "message")

    with capture.captured() as events:
        asyncio.run(view())
    assert names(events) == ["message"]


@pytest.mark.django_db(transaction=True)
def test_asynchronous_code_publishes_nothing_for_a_rollback() -> None:
    @sync_to_async
    def save_and_fail() -> None:
        with suppress(RolledBack), transaction.atomic():
            onair.publish("a", "message")
            raise RolledBack

    with capture.captured() as events:
        async_to_sync(save_and_fail)()  # the ORM's thread is this one
    assert events == []


def test_a_batch_leaves_together(receiver: Receiver, settings: Any) -> None:
    settings.ONAIR = {"URL": receiver.url}
    with onair.batch():
        onair.publish("a", "1")
        with onair.batch():
            onair.publish("a", "2")
        assert receiver.requests.empty()
    assert [event["name"] for event in receiver.next().events] == ["1", "2"]


def test_an_error_does_not_take_back_what_a_batch_has(receiver: Receiver, settings: Any) -> None:
    settings.ONAIR = {"URL": receiver.url}
    with suppress(RolledBack), onair.batch():
        onair.publish("a", "1")
        onair.publish("a", "2")
        raise RolledBack
    assert len(receiver.next().events) == 2


@pytest.mark.django_db(transaction=True, databases=["default", "other"])
def test_a_batch_in_a_transaction_leaves_together_at_the_commit(receiver: Receiver, settings: Any) -> None:
    settings.ONAIR = {"URL": receiver.url}
    with transaction.atomic():
        with onair.batch():
            onair.publish("a", "1")
            with suppress(RolledBack), transaction.atomic():
                onair.publish("a", "of the rollback")
                raise RolledBack
            onair.publish("a", "2")
            onair.publish("a", "0", using="other")
        assert [event["name"] for event in receiver.next().events] == ["0"]
    assert [event["name"] for event in receiver.next().events] == ["1", "2"]


@pytest.mark.django_db(transaction=True)
def test_a_transaction_in_a_batch_leaves_with_it(receiver: Receiver, settings: Any) -> None:
    settings.ONAIR = {"URL": receiver.url}
    with onair.batch():
        onair.publish("a", "1")
        with transaction.atomic():
            onair.publish("a", "2")
        assert receiver.requests.empty()
    assert [event["name"] for event in receiver.next().events] == ["1", "2"]


def test_batches_of_two_threads_do_not_mix() -> None:
    inside, done = threading.Event(), threading.Event()

    def other() -> None:
        with onair.batch():
            onair.publish("a", "other")
            inside.set()
            assert done.wait(10)

    thread = threading.Thread(target=other)
    with capture.captured() as events:
        thread.start()
        assert inside.wait(10)
        with onair.batch():
            onair.publish("a", "mine")
        assert names(events) == ["mine"]
        done.set()
        thread.join()
    assert names(events) == ["mine", "other"]


def test_a_batch_spans_asynchronous_calls() -> None:
    async def view() -> list[str]:
        with onair.batch():
            await onair.apublish("a", "1")
            await onair.apublish("a", "2")
            return names(events)

    with capture.captured() as events:
        assert asyncio.run(view()) == []
    assert names(events) == ["1", "2"]


@pytest.fixture
def hosted(settings: Any) -> None:
    settings.PUSHER_APP_ID, settings.PUSHER_KEY, settings.PUSHER_SECRET = "42", "a-key", "a-secret"


@pytest.mark.django_db(transaction=True, databases=["default", "other"])
def test_a_projects_test_that_mocks_trigger_sees_the_call_before_publish_returns(hosted: None) -> None:
    threads = []

    def test(self: TestCase) -> None:
        with mock.patch("pusher.Pusher.trigger") as trigger:
            trigger.side_effect = lambda *args: threads.append(threading.current_thread())
            onair.publish("a", "message", {"n": 1})
            trigger.assert_called_once_with(["a"], "message", {"n": 1}, None)
            with onair.batch():
                onair.publish("a", "2")
                onair.publish("a", "3")
            assert trigger.call_count == 3

    run(test)
    assert set(threads) == {threading.current_thread()}


@pytest.mark.django_db(transaction=True, databases=["default", "other"])
def test_a_projects_test_sees_what_a_request_in_a_transaction_publishes(hosted: None) -> None:
    def test(self: TestCase) -> None:
        with mock.patch("pusher.Pusher.trigger") as trigger:
            with suppress(RolledBack), transaction.atomic():
                onair.publish("a", "of the rollback")
                raise RolledBack
            with transaction.atomic():
                onair.publish("a", "of the commit")
            trigger.assert_called_once_with(["a"], "of the commit", None, None)

    run(test)


def test_an_error_of_the_service_never_reaches_the_caller(
    hosted: None, counted: Counting, caplog: pytest.LogCaptureFixture
) -> None:
    with mock.patch("pusher.Pusher.trigger", side_effect=RuntimeError("out of order")):
        onair.publish("a", "message")
    assert counted() == Stats(failed=1)
    assert "out of order" in caplog.text


def test_each_test_gets_a_client_of_its_own(hosted: None) -> None:
    client_class = mock.Mock()
    with mock.patch("pusher.Pusher", client_class):
        onair.publish("a", "message")
        client_class.reset_mock()
        onair.publish("a", "message")
    client_class.assert_called_once()
