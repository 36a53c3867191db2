"""Hosted Pusher, through the official library: mocked as projects do, and in earnest to a local address."""

from __future__ import annotations

import base64
import json
import socket
import sys
from contextlib import closing
from typing import Any
from unittest import mock

import certifi
import pusher
import pytest
from pusher.errors import PusherBadAuth, PusherBadRequest, PusherBadStatus, PusherForbidden

from onair import encryption
from onair.conf import HostedPusher
from onair.publishing.hosted import Hosted
from onair.publishing.http_api import BATCH_SIZE
from onair.publishing.route import TIMEOUT, NotDelivered, Refused, Unavailable, deliver
from onair.publishing.signed_client import CONNECT_TIMEOUT
from onair.publishing.stats import Stats
from tests.publishing.conftest import Counting, outgoing
from tests.publishing.receiver import APP, Receiver
from tests.publishing.sealed import opened

TARGET = HostedPusher(APP, "eu")

#: A name in this module that an event's client can be, as pusherable.mixins.Pusher is.
Pusher = pusher.Pusher


@pytest.fixture
def client_class(monkeypatch: pytest.MonkeyPatch) -> mock.Mock:
    replacement = mock.Mock(name="pusher.Pusher")
    monkeypatch.setattr(pusher, "Pusher", replacement)
    return replacement


@pytest.fixture
def local_library(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> HostedPusher:
    """Let the real library talk to the receiver, without TLS."""

    class LocalPusher(pusher.Pusher):  # type: ignore[misc]
        def __init__(self, **options: Any) -> None:
            super().__init__(**options, ssl=False, port=receiver.port)

    monkeypatch.setattr(pusher, "Pusher", LocalPusher)
    return HostedPusher(APP, "eu", host="127.0.0.1")


def test_trigger_gets_four_arguments_by_position_and_the_data_as_a_value(client_class: mock.Mock) -> None:
    deliver(Hosted(TARGET), [outgoing("message", {"n": 1}, channels=("a", "b"), socket_id="1.2")])
    client_class.return_value.trigger.assert_called_once_with(["a", "b"], "message", {"n": 1}, "1.2")


def test_without_an_excluded_socket_the_fourth_is_none(client_class: mock.Mock) -> None:
    deliver(Hosted(TARGET), [outgoing("message", {"n": 1})])
    client_class.return_value.trigger.assert_called_once_with(["c"], "message", {"n": 1}, None)


def test_the_class_is_made_with_keywords(client_class: mock.Mock) -> None:
    deliver(Hosted(TARGET), [outgoing()])
    options = dict(client_class.call_args.kwargs)
    assert client_class.call_args.args == ()
    assert issubclass(options.pop("backend"), object)
    assert options == {"app_id": "42", "key": "a-key", "secret": "a-secret", "cluster": "eu"}


def test_the_class_gets_the_key_where_it_has_to_encrypt_and_only_there(client_class: mock.Mock) -> None:
    encrypted = outgoing("2", {"n": 1}, channels=("private-encrypted-a",))
    deliver(Hosted(TARGET), [outgoing("1"), encrypted, outgoing("3"), encrypted])
    plain, encrypting = (call.kwargs for call in client_class.call_args_list)
    assert "encryption_master_key_base64" not in plain
    assert base64.b64decode(encrypting["encryption_master_key_base64"]) == encryption.master_key()
    # It gets the value, as from other channels.
    client_class.return_value.trigger.assert_any_call(["private-encrypted-a"], "2", {"n": 1}, None)


def test_another_host_is_named(client_class: mock.Mock) -> None:
    deliver(Hosted(HostedPusher(APP, "", host="pusher.example.com")), [outgoing()])
    assert client_class.call_args.kwargs["host"] == "pusher.example.com"
    assert client_class.call_args.kwargs["cluster"] == ""


def test_one_client_serves_many_events(client_class: mock.Mock) -> None:
    route = Hosted(TARGET)
    deliver(route, [outgoing("1")])
    deliver(route, [outgoing("2")])
    assert client_class.call_count == 1


def test_a_patched_trigger_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    with mock.patch("pusher.Pusher.trigger") as trigger:
        deliver(Hosted(TARGET), [outgoing("message", {"n": 1})])
    trigger.assert_called_once_with(["c"], "message", {"n": 1}, None)


def test_the_class_that_an_event_names_is_looked_up_when_it_is_sent() -> None:
    route = Hosted(TARGET)
    event = outgoing("view", {"n": 1}, client=f"{__name__}.Pusher")
    with mock.patch(f"{__name__}.Pusher") as first:
        deliver(route, [event])
    with mock.patch(f"{__name__}.Pusher") as second:
        deliver(route, [event])
    # django-pusherable's tests see the three arguments that they always saw.
    first.return_value.trigger.assert_called_once_with(["c"], "view", {"n": 1})
    second.return_value.trigger.assert_called_once_with(["c"], "view", {"n": 1})


def test_the_class_of_an_event_can_be_given_itself() -> None:
    client_class = mock.Mock()
    deliver(Hosted(TARGET), [outgoing("view", {"n": 1}, client=client_class, socket_id="1.2")])  # type: ignore[arg-type]
    client_class.return_value.trigger.assert_called_once_with(["c"], "view", {"n": 1}, "1.2")


def test_several_events_are_one_call_of_trigger_batch(client_class: mock.Mock, counted: Counting) -> None:
    deliver(Hosted(TARGET), [outgoing("1", {"n": 1}), outgoing("2", socket_id="1.2")])
    client_class.return_value.trigger_batch.assert_called_once_with(
        [
            {"channel": "c", "name": "1", "data": '{"n":1}'},
            {"channel": "c", "name": "2", "data": "null", "socket_id": "1.2"},
        ],
        already_encoded=True,
    )
    assert counted() == Stats(sent=2)


def test_in_tests_each_event_is_a_call_of_trigger(client_class: mock.Mock) -> None:
    deliver(Hosted(TARGET, batch=1), [outgoing("1"), outgoing("2")])
    assert [call.args[1] for call in client_class.return_value.trigger.call_args_list] == ["1", "2"]


def test_a_batch_has_no_more_data_than_a_request_may_have(client_class: mock.Mock) -> None:
    half = "x" * (BATCH_SIZE // 2)
    deliver(Hosted(TARGET), [outgoing("1", half), outgoing("2"), outgoing("3", half), outgoing("4")])
    batches = [call.args[0] for call in client_class.return_value.trigger_batch.call_args_list]
    assert [[entry["name"] for entry in batch] for batch in batches] == [["1", "2"], ["3", "4"]]


@pytest.mark.parametrize("reverse", [False, True])
def test_an_event_with_a_client_of_its_own_is_in_nobodys_batch(
    reverse: bool, client_class: mock.Mock
) -> None:
    other = mock.Mock()
    run = [outgoing("1"), outgoing("2", client=other)]  # type: ignore[arg-type]
    deliver(Hosted(TARGET), run[::-1] if reverse else run)
    assert [call.args[1] for call in client_class.return_value.trigger.call_args_list] == ["1"]
    assert [call.args[1] for call in other.return_value.trigger.call_args_list] == ["2"]


def test_what_cannot_be_in_a_batch_keeps_its_place(client_class: mock.Mock) -> None:
    other = mock.Mock()
    deliver(
        Hosted(TARGET),
        [
            outgoing("1"),
            outgoing("2"),
            outgoing("3", channels=("private-encrypted-a",)),
            outgoing("4", client=other),  # type: ignore[arg-type]
            outgoing("5", channels=("a", "b")),
            outgoing("6"),
        ],
    )
    calls = [
        (call[0], [entry["name"] for entry in call.args[0]] if call[0] == "trigger_batch" else call.args[1])
        for call in client_class.return_value.method_calls
    ]
    assert calls == [("trigger_batch", ["1", "2"]), ("trigger", "3"), ("trigger", "5"), ("trigger", "6")]
    assert other.return_value.trigger.call_args.args[1] == "4"


ERRORS: list[tuple[Exception, type[NotDelivered], str]] = [
    (PusherBadAuth("Invalid signature"), Unavailable, "Check key, secret and app id"),
    (PusherForbidden("Over quota"), Unavailable, "over its quota"),
    (PusherBadRequest("The data is too large"), Refused, "10,240 bytes"),
    (PusherBadStatus("413: too large"), Refused, "10,240 bytes"),
    (PusherBadStatus("429: slow down"), Unavailable, "more than its plan allows"),
    (PusherBadStatus("503: down for maintenance"), Unavailable, "Its status page may say more"),
    (ValueError("Invalid Channel"), Refused, "Pusher's library checks names"),
    (RuntimeError("anything"), Refused, "Pusher's library checks names"),
]


@pytest.mark.parametrize(("error", "kind", "remedy"), ERRORS, ids=lambda value: type(value).__name__)
def test_an_error_of_the_library_comes_with_its_text_and_a_remedy(
    error: Exception, kind: type[NotDelivered], remedy: str, client_class: mock.Mock
) -> None:
    client_class.return_value.trigger.side_effect = error
    with pytest.raises(kind, match=rf"{error}. .*{remedy}"):
        Hosted(TARGET).post([outgoing()], 5)


@pytest.mark.parametrize(
    ("target", "setting"),
    [(TARGET, "PUSHER_CLUSTER"), (HostedPusher(APP, "eu", host="pusher.example.com"), "PUSHER_HOST")],
)
def test_an_error_of_the_network_is_not_the_events_fault(
    target: HostedPusher, setting: str, client_class: mock.Mock
) -> None:
    client_class.return_value.trigger.side_effect = ConnectionError("no route to host")
    with pytest.raises(Unavailable, match=rf"no route to host.*network and {setting}"):
        Hosted(target).post([outgoing()], 5)


def test_a_bad_app_id_is_refused_not_raised(counted: Counting, caplog: pytest.LogCaptureFixture) -> None:
    app = type(APP)("not digits", APP.credentials)
    deliver(Hosted(HostedPusher(app, "eu")), [outgoing()])
    assert counted() == Stats(failed=1)
    assert "Invalid app id" in caplog.text


def test_without_the_library_the_command_that_installs_it_is_logged(
    monkeypatch: pytest.MonkeyPatch, counted: Counting, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "pusher", None)
    deliver(Hosted(TARGET), [outgoing()])
    assert counted() == Stats(failed=1)
    assert 'pip install "django-onair[pusher]"' in caplog.text


def test_the_library_verifies_with_certifis_roots(client_class: mock.Mock) -> None:
    deliver(Hosted(TARGET), [outgoing()])
    make = client_class.call_args.kwargs["backend"]
    assert make(mock.Mock(ssl=True)).options == {"verify": certifi.where()}
    assert make(mock.Mock(ssl=False)).options == {}


def test_the_real_library_accepts_that_backend() -> None:
    route = Hosted(TARGET)
    with mock.patch("requests.Session.request") as request:
        request.return_value = mock.Mock(status_code=200, text="{}")
        deliver(route, [outgoing("message", {"n": 1})])
        assert request.call_args.kwargs["timeout"] == (CONNECT_TIMEOUT, TIMEOUT)
        route.post([outgoing("message", {"n": 1})], 0.5)
        assert request.call_args.kwargs["timeout"] == (0.5, 0.5)
    method, url = request.call_args.args
    assert (method, url.split("?")[0]) == ("POST", "https://api-eu.pusher.com:443/apps/42/events")
    assert request.call_args.kwargs["verify"] == certifi.where()


def test_the_real_library_posts_one_event(
    receiver: Receiver, local_library: HostedPusher, counted: Counting
) -> None:
    deliver(Hosted(local_library), [outgoing("message", {"text": "zoë"}, socket_id="1.2")])
    body = receiver.next().body
    assert json.loads(body.pop("data")) == {"text": "zoë"}
    assert body == {"name": "message", "channels": ["c"], "socket_id": "1.2"}
    assert counted() == Stats(sent=1)


def test_the_real_library_posts_a_batch_and_keeps_its_connection(
    receiver: Receiver, local_library: HostedPusher
) -> None:
    deliver(Hosted(local_library), [outgoing(str(n), {"n": n}) for n in range(25)])
    requests = [receiver.next() for _ in range(3)]
    assert [len(request.events) for request in requests] == [10, 10, 5]
    assert [json.loads(e["data"])["n"] for request in requests for e in request.events] == list(range(25))
    assert len({request.connection for request in requests}) == 1


def test_the_real_library_encrypts_with_the_sites_key(
    receiver: Receiver, local_library: HostedPusher, counted: Counting
) -> None:
    channel = "private-encrypted-a"
    deliver(Hosted(local_library), [outgoing("message", {"n": 1}, channels=(channel,))])
    body = receiver.next().body
    assert (json.loads(opened(channel, body["data"])), body["channels"]) == ({"n": 1}, [channel])
    assert counted() == Stats(sent=1)


def test_the_real_library_posts_to_a_user(receiver: Receiver, local_library: HostedPusher) -> None:
    to_user = outgoing("message", {"n": 1}, channels=("#server-to-user-7",))
    deliver(Hosted(local_library), [to_user])
    assert receiver.next().body["channels"] == ["#server-to-user-7"]
    deliver(Hosted(local_library), [to_user, to_user])
    assert [event["channel"] for event in receiver.next().events] == ["#server-to-user-7"] * 2


@pytest.mark.parametrize("data", ["text", None, 5, [1], True])
def test_trigger_and_trigger_batch_mean_the_same_data(
    data: object, receiver: Receiver, local_library: HostedPusher
) -> None:
    route = Hosted(local_library)
    route.post([outgoing("alone", data)], 5)
    route.post([outgoing("one", data), outgoing("two", data)], 5)

    def seen(text: str) -> object:
        """As pusher-js reads it: JSON, else the text itself."""
        try:
            return json.loads(text)
        except ValueError:
            return text

    events: list[dict[str, Any]] = receiver.events(3)
    assert [seen(event["data"]) for event in events] == [data] * 3


#: 10,000 bytes of text that Python keeps in 40,000.
WIDE = "x" * 9_990 + "🎈"


def test_the_library_measures_memory_and_refuses_what_the_service_takes() -> None:
    with pytest.raises(ValueError, match="Too much data"):
        pusher.Pusher("42", "a-key", "a-secret").trigger("c", "wide", {"text": WIDE})


@pytest.mark.parametrize("channels", [1, 25])
def test_what_the_library_would_refuse_for_its_size_in_memory_arrives(
    channels: int, receiver: Receiver, local_library: HostedPusher, counted: Counting
) -> None:
    names = tuple(f"room-{n}" for n in range(channels))
    deliver(Hosted(local_library), [outgoing("wide", {"text": WIDE}, channels=names, socket_id="1.2")])
    events = receiver.events(channels)
    assert [event["channel"] for event in events] == list(names)
    assert all(json.loads(event["data"]) == {"text": WIDE} for event in events)
    assert {event["socket_id"] for event in events} == {"1.2"}
    assert counted() == Stats(sent=1)


def test_in_tests_it_is_trigger_whatever_the_size(client_class: mock.Mock) -> None:
    deliver(Hosted(TARGET, batch=1), [outgoing("wide", {"text": WIDE})])
    client_class.return_value.trigger.assert_called_once_with(["c"], "wide", {"text": WIDE}, None)


ANSWERS = [
    (400, Refused, "10,240 bytes", 0),
    (401, Unavailable, "Check key, secret and app id", 9),
    (403, Unavailable, "over its quota", 9),
    (413, Refused, "10,240 bytes", 0),
    (429, Unavailable, "more than its plan allows", 9),
    (500, Unavailable, "Its status page may say more", 9),
    (503, Unavailable, "Its status page may say more", 9),
]


@pytest.mark.parametrize(("status", "kind", "remedy", "wish"), ANSWERS)
def test_the_real_librarys_errors_are_told_apart_and_the_time_asked_for_is_kept(
    status: int,
    kind: type[NotDelivered],
    remedy: str,
    wish: float,
    receiver: Receiver,
    local_library: HostedPusher,
) -> None:
    receiver.answer = lambda request: status
    receiver.headers = {"Retry-After": "9"}
    with pytest.raises(kind, match=remedy) as error:
        Hosted(local_library).post([outgoing()], 5)
    assert getattr(error.value, "wish", 0) == wish
    assert "a-secret" not in str(error.value)


def test_the_real_library_keeps_to_the_time_that_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:

        class LocalPusher(pusher.Pusher):  # type: ignore[misc]
            def __init__(self, **options: Any) -> None:
                super().__init__(**options, ssl=False, port=silent.getsockname()[1])

        monkeypatch.setattr(pusher, "Pusher", LocalPusher)
        with pytest.raises(Unavailable, match="timed out"):
            Hosted(HostedPusher(APP, "eu", host="127.0.0.1")).post([outgoing()], 0.05)


def test_something_else_in_hosted_pushers_place_is_no_events_fault(client_class: mock.Mock) -> None:
    client_class.return_value.trigger.side_effect = json.JSONDecodeError("no JSON", "<html>", 0)
    with pytest.raises(Unavailable, match="a proxy"):
        Hosted(TARGET).post([outgoing()], 5)
