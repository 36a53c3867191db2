"""Providers: hosted Pusher's, those that projects write, and on which thread each is called."""

from __future__ import annotations

import json
import sys
from datetime import date
from decimal import Decimal
from typing import Any
from unittest import mock

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import TestCase
from pytest_django import Settings
from rest_framework.test import APIRequestFactory
from rest_framework.viewsets import ModelViewSet

from onair.exceptions import ConfigurationError, ServiceDown
from onair.rest import providers
from onair.rest.providers import AblyProvider, BaseProvider, PusherProvider
from onair.rest.sending import Sending
from onair.rest.sending import _trigger as trigger_of
from onair.testing import assertNotPublished, assertPublished, captured
from tests.publishing import project_test
from tests.publishing.receiver import Receiver
from tests.rest.conftest import Counted, Site, speaker, viewset

pytestmark = pytest.mark.django_db(databases=["default", "other"])

CREDENTIALS = {"app_id": "1", "key": "the-key", "secret": "the-secret"}


def create(api: APIRequestFactory, **names: Any) -> Any:
    view = viewset(ModelViewSet, "news", **names).as_view({"post": "create"})
    return view(api.post("/", {"title": "Harbour"}, headers={"X-Pusher-Socket-Id": "1.2"}))


class Recorder:
    """A provider as a project writes it, which derives from nothing."""

    said: list[Any]

    def __init__(self) -> None:
        self.said.append("made")

    def configure(self) -> None:
        self.said.append("configured")

    def trigger(self, channels: Any, event_name: Any, data: Any, socket_id: Any) -> None:
        self.said.append((channels, event_name, data["title"], socket_id))


@pytest.fixture
def recorder() -> type[Recorder]:
    return type("OwnRecorder", (Recorder,), {"said": []})


def test_a_provider_of_the_projects_own_is_made_configured_and_called(
    api: APIRequestFactory, recorder: type[Recorder], counted: Counted
) -> None:
    speaker(provider_class=recorder)
    assert create(api).status_code == 201
    assert recorder.said == ["made", "configured", (["news"], "article.create", "Harbour", "1.2")]
    assert counted()["sent"] == 1


def test_a_provider_is_called_after_the_commit(api: APIRequestFactory, recorder: type[Recorder]) -> None:
    speaker(provider_class=recorder)

    def test(case: TestCase) -> None:
        with transaction.atomic():
            create(api)
            assert recorder.said == []
        assert len(recorder.said) == 3

    project_test.run(test)


@pytest.mark.parametrize("step", ["__init__", "configure", "trigger"])
def test_a_provider_that_fails_is_logged_and_the_write_stands(
    api: APIRequestFactory,
    recorder: type[Recorder],
    counted: Counted,
    caplog: pytest.LogCaptureFixture,
    step: str,
) -> None:
    def fail(*args: Any) -> None:
        raise ConnectionError("no route to host")

    setattr(recorder, step, fail)
    speaker(provider_class=recorder)
    assert create(api).status_code == 201
    assert "OwnRecorder.trigger for article.create of" in caplog.text
    assert "no route to host" in caplog.text
    assert "Hosted Pusher" not in caplog.text
    assert counted()["failed"] == 1


def test_two_backends_with_a_provider_each_say_the_same_event_once_each(
    api: APIRequestFactory, recorder: type[Recorder]
) -> None:
    other: Any = type("OtherRecorder", (Recorder,), {"said": []})
    speaker(provider_class=recorder)
    speaker(provider_class=other)
    assert create(api).status_code == 201
    assert recorder.said[-1:] == other.said[-1:] == [(["news"], "article.create", "Harbour", "1.2")]


def test_a_provider_that_derives_from_the_base_may_change_the_packet(api: APIRequestFactory) -> None:
    said: list[Any] = []

    class Tagged(BaseProvider):
        def parse_packet(
            self, backend: Any, channels: list[str], event_name: str, data: Any, socket_id: str | None = None
        ) -> Any:
            return [f"{channel}@{backend.view.action}" for channel in channels], event_name, data

        def trigger(self, channels: Any, event_name: Any, data: Any, socket_id: Any = None) -> None:
            said.append(channels)

    speaker(provider_class=Tagged)
    create(api)
    assert said == [["news@create"]]


@pytest.mark.parametrize("provider", [AblyProvider, BaseProvider])
def test_what_sends_nothing_says_what_to_write(provider: type[BaseProvider]) -> None:
    with pytest.raises(NotImplementedError, match="trigger"):
        provider().trigger(["news"], "event", {})


# Hosted Pusher ------------------------------------------------------------------------------------------


def test_the_librarys_class_is_looked_up_in_the_module(api: APIRequestFactory, hosted: Settings) -> None:
    speaker()
    with mock.patch("onair.rest.providers.Pusher") as pusher:
        create(api)
    (call,) = pusher.call_args_list
    assert call.kwargs.items() >= {**CREDENTIALS, "cluster": "mt1"}.items()
    pusher.return_value.trigger.assert_called_once_with(["news"], "article.create", mock.ANY, "1.2")


@pytest.mark.parametrize("name", ["trigger", "configure"])
def test_what_tests_put_in_the_place_of_the_providers_methods_is_called(
    api: APIRequestFactory, hosted: Settings, name: str
) -> None:
    speaker()
    with mock.patch.object(PusherProvider, name) as replaced, mock.patch("pusher.Pusher.trigger"):
        create(api)
    replaced.assert_called_once()


def test_without_hosted_pusher_a_replaced_trigger_is_called_too(api: APIRequestFactory) -> None:
    speaker()
    with mock.patch.object(PusherProvider, "trigger") as trigger:
        create(api)
    trigger.assert_called_once_with(["news"], "article.create", mock.ANY, "1.2")


def test_a_provider_may_do_more_than_hosted_pushers(api: APIRequestFactory, trigger: mock.Mock) -> None:
    class Renamed(PusherProvider):
        def trigger(self, channels: Any, event_name: Any, data: Any, socket_id: Any = None) -> None:
            super().trigger(channels, f"my-{event_name}", data, socket_id)

    speaker(provider_class=Renamed)
    create(api)
    trigger.assert_called_once_with(["news"], "my-article.create", mock.ANY, "1.2")


def test_it_sends_to_the_sites_own_server_too() -> None:
    with captured() as events:
        provider = PusherProvider()
        provider.configure()
        provider.trigger(["news"], "event", {"a": 1}, "1.2")
    assert assertPublished(events, channel="news", data={"a": 1}).socket_id == "1.2"


def test_its_client_is_hosted_pushers_alone() -> None:
    with pytest.raises(ConfigurationError, match="PUSHER_APP_ID"):
        _ = PusherProvider().client


@pytest.mark.parametrize("credentials", [True, False])
def test_disabled_it_sends_nothing(settings: Settings, credentials: bool) -> None:
    settings.DRF_MODEL_PUSHER_DISABLED = True
    if credentials:
        settings.PUSHER_APP_ID = "only this one"
    with captured() as events, mock.patch("pusher.Pusher.trigger") as trigger:
        provider = PusherProvider()
        provider.configure()
        provider.trigger(["news"], "event", {})
    assertNotPublished(events)
    trigger.assert_not_called()


def test_without_the_library_the_log_says_what_to_install(
    api: APIRequestFactory,
    hosted: Settings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setitem(sys.modules, "pusher", None)
    speaker()
    assert create(api).status_code == 201
    assert 'pip install "django-onair[pusher]"' in caplog.text


@pytest.mark.usefixtures("hosted")
def test_when_the_service_does_not_answer_the_sender_is_told_to_call_again() -> None:
    down = Sending(PusherProvider, object(), ["news"], "event", {})
    with (
        mock.patch("pusher.requests.requests.Session.request", side_effect=OSError("no route to host")),
        pytest.raises(ServiceDown, match="no route to host"),
    ):
        trigger_of(down)


def test_other_names_are_missing() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Rusher'"):
        _ = providers.Rusher


def test_hosted_pushers_library_writes_dates_and_decimals(hosted: Settings) -> None:
    data = {"at": date(2026, 1, 2), "price": Decimal("1.5")}
    with mock.patch("pusher.requests.requests.Session.request") as request:
        request.return_value = mock.Mock(status_code=200, text="{}")
        PusherProvider().trigger(["news"], "event", data)
    sent = json.loads(request.call_args.kwargs["data"])["data"]
    assert json.loads(sent) == {"at": "2026-01-02", "price": "1.5"}


# Outside of tests ---------------------------------------------------------------------------------------

SITE = """
import threading
from django.db import connection, models
from rest_framework.serializers import ModelSerializer
from rest_framework.test import APIRequestFactory
from rest_framework.viewsets import ModelViewSet
from onair.rest import ModelPusherViewMixin, PusherBackend

class Note(models.Model):
    text = models.TextField()
    class Meta:
        app_label = "notes"

class NoteSerializer(ModelSerializer):
    class Meta:
        model = Note
        fields = ("text",)

class NoteViewSet(ModelPusherViewMixin, ModelViewSet):
    queryset = Note.objects.all()
    serializer_class = NoteSerializer
    authentication_classes = permission_classes = ()
    def get_pusher_channels(self):
        return ["notes"]

def write():
    with connection.schema_editor() as editor:
        editor.create_model(Note)
    view = NoteViewSet.as_view({"post": "create"})
    return view(APIRequestFactory().post("/", {"text": "hi"}, format="json")).status_code
"""

PROVIDER = (
    SITE
    + """
asked, answered = threading.Event(), threading.Event()

class Slow:
    def configure(self):
        asked.set()
        assert answered.wait(10)
    def trigger(self, *args):
        print(*args, threading.current_thread() is threading.main_thread())

class NoteBackend(PusherBackend):
    serializer_class = NoteSerializer
    provider_class = Slow

print(write())
assert asked.wait(10)
answered.set()
"""
)


def test_a_request_does_not_wait_for_a_slow_provider(rest_site: Site) -> None:
    done = rest_site(PROVIDER)
    assert done.stdout.splitlines()[0] == "201"
    assert done.stdout.splitlines()[1].startswith("['notes'] note.create {'text': 'hi'} None")


SERVER = (
    SITE
    + """
class NoteBackend(PusherBackend):
    serializer_class = NoteSerializer

print(write())
"""
)


def test_a_server_elsewhere_gets_it_by_the_background_sender(rest_site: Site, receiver: Receiver) -> None:
    done = rest_site(SERVER, URL=receiver.url)
    assert done.stdout == "201\n"
    (event,) = receiver.events(1)
    assert (event["name"], event["data"]) == ("note.create", '{"text":"hi"}')


def test_hosted_pusher_gets_it_from_another_thread_in_production(rest_site: Site) -> None:
    script = """
import threading
from unittest import mock
with mock.patch("pusher.Pusher.trigger") as trigger:
    threads = []
    trigger.side_effect = lambda *args: threads.append(threading.current_thread().name)
    from onair.publishing import dispatch
    print(write())
    dispatch._drain()
    print(len(threads), trigger.call_args.args)
"""
    done = rest_site(SERVER.replace("print(write())", "") + script, URL="pusher://key:secret@eu/1")
    assert done.stdout == "201\n1 (['notes'], 'note.create', {'text': 'hi'}, None)\n"


# Occupied channels --------------------------------------------------------------------------------------


@pytest.fixture
def optimised(settings: Settings) -> None:
    settings.DRF_MODEL_PUSHER_WEBHOOK_OPTIMISATION_ENABLED = True


@pytest.mark.usefixtures("optimised")
def test_only_occupied_channels_get_an_event(api: APIRequestFactory, trigger: mock.Mock) -> None:
    cache.set("drf-model-pusher:occupied:news", True)
    cache.set("drf-model-pusher:occupied:sport", False)
    speaker()
    create(api, get_pusher_channels=lambda self: ["news", "sport"])
    assert trigger.call_args.args[0] == ["news"]
    create(api, get_pusher_channels=lambda self: ["sport"])
    trigger.assert_called_once()


@pytest.mark.usefixtures("optimised")
def test_an_unknown_channel_is_asked_about_once_whatever_the_answer(
    api: APIRequestFactory, trigger: mock.Mock
) -> None:
    speaker()
    with mock.patch("pusher.Pusher.channels_info") as channels_info:
        channels_info.return_value = {"channels": {"news": {}, "other": {}}}
        for _ in range(3):
            create(api, get_pusher_channels=lambda self: ["news", "sport"])
        create(api, get_pusher_channels=lambda self: ["other"])
    channels_info.assert_called_once_with()
    assert [call.args[0] for call in trigger.call_args_list] == [["news"]] * 3 + [["other"]]
    assert [cache.get(f"drf-model-pusher:occupied:{name}") for name in ("news", "sport", "other")] == [
        True,
        False,
        True,
    ]


@pytest.mark.usefixtures("optimised")
def test_where_nobody_can_say_the_event_is_sent(
    api: APIRequestFactory, trigger: mock.Mock, caplog: pytest.LogCaptureFixture
) -> None:
    speaker()
    with mock.patch("pusher.Pusher.channels_info", side_effect=OSError("down")) as channels_info:
        assert create(api).status_code == 201
        assert create(api).status_code == 201
    channels_info.assert_called_once_with()
    assert trigger.call_count == 2
    assert "down" in caplog.text


@pytest.mark.parametrize(("occupied", "sent"), [("{}", 0), ("{'notes': {}}", 1)])
def test_in_production_the_background_sender_asks(rest_site: Site, occupied: str, sent: int) -> None:
    script = f"""
from unittest import mock
from onair.publishing import dispatch
settings.DRF_MODEL_PUSHER_WEBHOOK_OPTIMISATION_ENABLED = True
main = threading.current_thread()
asked = []
def channels_info(client):
    asked.append(threading.current_thread() is not main)
    ended.set()
    return {{"channels": {occupied}}}
ended = threading.Event()
with mock.patch("pusher.Pusher.trigger") as trigger, mock.patch("pusher.Pusher.channels_info", channels_info):
    print(write())
    assert ended.wait(10)
    dispatch._drain()
print(asked, trigger.call_count)
"""
    done = rest_site(SERVER.replace("print(write())", "") + script, URL="pusher://key:secret@eu/1")
    assert done.stdout == f"201\n[True] {sent}\n"


@pytest.mark.usefixtures("optimised")
def test_with_the_sites_own_server_nothing_is_asked(api: APIRequestFactory) -> None:
    speaker()
    with captured() as events:
        create(api)
    assertPublished(events, channel="news")
    assert cache.get("drf-model-pusher:occupied:news") is None
