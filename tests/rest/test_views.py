"""What a viewset says of what it writes, as a project's tests see it: over hosted Pusher, mocked."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
from asgiref.sync import async_to_sync
from django.db import connection, models, transaction
from django.test import AsyncClient, TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import path
from pytest_django import Settings
from rest_framework.generics import ListCreateAPIView, RetrieveUpdateDestroyAPIView
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.test import APIRequestFactory
from rest_framework.viewsets import ModelViewSet

from onair.changes import compilers, interest
from onair.rest.backends import PresencePusherBackend, PrivatePusherBackend, PusherBackend
from onair.rest.exceptions import BadChannels, ModelPusherException
from onair.rest.signals import view_post_save, view_pre_destroy
from onair.rest.views import ModelPusherViewMixin
from onair.testing import assertNotPublished, assertPublished, captured
from tests.publishing import project_test
from tests.rest.conftest import ArticleSerializer, BodySerializer, Counted, speaker, viewset
from tests.site.news.models import Article

pytestmark = pytest.mark.django_db(databases=["default", "other"])


def create(api: APIRequestFactory, cls: type[Any], *, title: str = "Harbour", **headers: Any) -> Response:
    given: Response = cls.as_view({"post": "create"})(api.post("/", {"title": title}, headers=headers))
    return given


def update(
    api: APIRequestFactory, cls: type[Any], pk: Any, method: str = "patch", **headers: Any
) -> Response:
    action = {"patch": "partial_update", "put": "update"}[method]
    request = getattr(api, method)("/", {"title": "Lighthouse"}, headers=headers)
    given: Response = cls.as_view({method: action})(request, pk=pk)
    return given


def destroy(api: APIRequestFactory, cls: type[Any], pk: Any, **headers: Any) -> Response:
    given: Response = cls.as_view({"delete": "destroy"})(api.delete("/", headers=headers), pk=pk)
    return given


def calls(trigger: mock.Mock) -> list[tuple[Any, ...]]:
    return [(call.args[1], call.args[0]) for call in trigger.call_args_list]


# Creating, updating, deleting ---------------------------------------------------------------------------


def test_a_creation_is_said_with_four_arguments_before_the_view_returns(
    api: APIRequestFactory, trigger: mock.Mock
) -> None:
    speaker()
    threads: list[threading.Thread] = []
    trigger.side_effect = lambda *args: threads.append(threading.current_thread())
    response = create(api, viewset(ModelViewSet, "news"))
    assert response.status_code == 201
    trigger.assert_called_once_with(
        ["news"], "article.create", ArticleSerializer(Article.objects.get()).data, None
    )
    assert threads == [threading.current_thread()]


@pytest.mark.parametrize("method", ["patch", "put"])
def test_an_update_is_said_by_one_word_whatever_the_method(
    api: APIRequestFactory, trigger: mock.Mock, article: Article, method: str
) -> None:
    speaker()
    assert update(api, viewset(ModelViewSet, "news"), article.pk, method).status_code == 200
    trigger.assert_called_once_with(
        ["news"], "article.update", {"id": article.pk, "title": "Lighthouse"}, None
    )


def test_a_page_is_spared_what_the_model_announces_of_its_write(
    api: APIRequestFactory, trigger: mock.Mock, monkeypatch: pytest.MonkeyPatch
) -> None:
    speaker()
    spared: list[str | None] = []
    monkeypatch.setattr(interest, "_watched", {Article})
    monkeypatch.setattr(
        interest, "_listeners", [lambda commit: spared.extend(row.exclude for row in commit.rows)]
    )
    compilers.install()
    cls = viewset(ModelViewSet, "news")
    own = {"X-Pusher-Socket-Id": "1.2"}
    create(api, cls, **own)
    create(api, cls, **{"X-Pusher-Socket-Id": "garbage"})
    pk = Article.objects.values_list("pk", flat=True)[0]
    update(api, cls, pk)
    update(api, cls, pk, **own)
    destroy(api, cls, pk, **own)
    assert spared == ["1.2", None, None, "1.2", "1.2"]


def test_a_deletion_is_said_with_what_the_row_was(
    api: APIRequestFactory, trigger: mock.Mock, article: Article
) -> None:
    speaker()
    pk = article.pk
    left: list[int] = []
    trigger.side_effect = lambda *args: left.append(Article.objects.count())
    assert destroy(api, viewset(ModelViewSet, "news"), pk).status_code == 204
    assert left == [0]
    trigger.assert_called_once_with(["news"], "article.delete", {"id": pk, "title": "Harbour"}, None)


def test_a_deletion_that_fails_is_not_said(
    api: APIRequestFactory, trigger: mock.Mock, article: Article
) -> None:
    class Guarded(ModelViewSet):
        def perform_destroy(self, instance: Article) -> None:
            raise models.ProtectedError("It has readers.", set())

    speaker()
    with pytest.raises(models.ProtectedError):
        destroy(api, viewset(Guarded, "news"), article.pk)
    trigger.assert_not_called()


def test_nothing_is_said_of_what_is_rolled_back(api: APIRequestFactory, hosted: Settings) -> None:
    speaker()
    view = viewset(ModelViewSet, "news")

    def test(case: TestCase) -> None:
        with mock.patch("pusher.Pusher.trigger") as trigger:
            with transaction.atomic():
                create(api, view)
                trigger.assert_not_called()
                transaction.set_rollback(True)
            trigger.assert_not_called()
            with transaction.atomic():
                create(api, view)
                trigger.assert_not_called()
            trigger.assert_called_once()

    project_test.run(test)


def test_a_write_costs_no_more_queries_than_without(api: APIRequestFactory) -> None:
    speaker()
    speaker(PrivatePusherBackend, serializer_class=BodySerializer)

    def queries(*, said: bool) -> list[int]:
        view = viewset(ModelViewSet, "news", **dict.fromkeys(FLAGS.values(), said))
        counts = []
        with captured() as events:
            for write in (create, update, destroy):
                pk = [] if write is create else [Article.objects.latest("pk").pk]
                with CaptureQueriesContext(connection) as context:
                    write(api, view, *pk)
                counts.append(len(context))
        assert len(events) == (6 if said else 0)
        return counts

    assert queries(said=True) == queries(said=False)


def test_reading_says_nothing(api: APIRequestFactory, trigger: mock.Mock, article: Article) -> None:
    speaker()
    view = viewset(ModelViewSet, "news").as_view({"get": "list"})
    assert view(api.get("/")).status_code == 200
    trigger.assert_not_called()


def test_generic_views_speak_too(api: APIRequestFactory, trigger: mock.Mock) -> None:
    speaker()
    viewset(ListCreateAPIView, "news").as_view()(api.post("/", {"title": "Harbour"}))
    pk = Article.objects.get().pk
    one = viewset(RetrieveUpdateDestroyAPIView, "news").as_view()
    one(api.patch("/", {"title": "Pier"}), pk=pk)
    one(api.delete("/"), pk=pk)
    assert [event for event, _ in calls(trigger)] == ["article.create", "article.update", "article.delete"]


def test_what_a_project_overrides_of_the_actions_is_kept(
    api: APIRequestFactory, trigger: mock.Mock, article: Article
) -> None:
    class Bold(ModelPusherViewMixin, ModelViewSet):
        queryset = Article.objects.all()
        serializer_class = ArticleSerializer

        def get_pusher_channels(self) -> list[str]:
            return ["news"]

        def perform_create(self, serializer: Any) -> None:
            super().perform_create(serializer)
            serializer.instance.title += "!"
            serializer.instance.save()

        def perform_destroy(self, instance: Article) -> None:
            """Keep it."""

    speaker()
    create(api, Bold)
    destroy(api, Bold, article.pk)
    assert calls(trigger) == [("article.create", ["news"])]


def test_many_rows_of_one_request_are_said_one_by_one(api: APIRequestFactory, trigger: mock.Mock) -> None:
    class Many(ModelViewSet):
        def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
            return super().get_serializer(*args, many=isinstance(kwargs.get("data"), list), **kwargs)

    speaker()
    request = api.post("/", [{"title": "Pier"}, {"title": "Quay"}], format="json")
    assert viewset(Many, "news").as_view({"post": "create"})(request).status_code == 201
    assert [call.args[2]["title"] for call in trigger.call_args_list] == ["Pier", "Quay"]


# Where the model comes from ----------------------------------------------------------------------------

MODELS: list[dict[str, Any]] = [
    {"queryset": None},  # the example of the README
    {
        "queryset": None,
        "get_queryset": lambda self: Article.objects.filter(pk__gte=self.request.user.pk or 0),
    },
    {"serializer_class": None, "get_serializer_class": lambda self: ArticleSerializer},
]


@pytest.mark.parametrize("names", MODELS)
def test_the_model_is_found_wherever_the_view_says_it(
    api: APIRequestFactory, trigger: mock.Mock, names: dict[str, Any]
) -> None:
    speaker()
    assert create(api, viewset(ModelViewSet, "news", **names)).status_code == 201
    assert calls(trigger) == [("article.create", ["news"])]


def test_a_view_without_a_model_is_told_what_to_set(
    api: APIRequestFactory, trigger: mock.Mock, caplog: pytest.LogCaptureFixture
) -> None:
    class Free(Serializer):
        def create(self, validated_data: Any) -> Any:
            return Article.objects.create(title="Free")

    cls = viewset(ModelViewSet, "news", queryset=None, serializer_class=Free)
    with caplog.at_level(logging.ERROR, "onair.publishing"):
        assert create(api, cls).status_code == 201
    assert "set its queryset, or the serializer_class with a model" in caplog.text
    with pytest.raises(ModelPusherException):
        cls().get_models_pusher_backends()


def test_a_view_may_name_its_backends_itself(api: APIRequestFactory, trigger: mock.Mock) -> None:
    speaker()
    own = speaker(serializer_class=BodySerializer)
    create(api, viewset(ModelViewSet, "news", pusher_backends=[own]))
    assert [set(call.args[2]) for call in trigger.call_args_list] == [{"id", "title", "body"}]


def test_a_view_may_choose_among_the_registered_backends(api: APIRequestFactory, trigger: mock.Mock) -> None:
    def only_private(self: Any) -> list[PusherBackend]:
        return [cls(view=self) for cls in self.pusher_backends if issubclass(cls, PrivatePusherBackend)]

    speaker()
    speaker(PrivatePusherBackend)
    create(api, viewset(ModelViewSet, "news", get_pusher_backends=only_private))
    create(api, viewset(ModelViewSet, "sport", pusher_backends=[]))
    assert calls(trigger) == [
        ("article.create", ["private-news"]),
        ("article.create", ["sport"]),
        ("article.create", ["private-sport"]),
    ]


# Flags -------------------------------------------------------------------------------------------------

FLAGS = {"create": "push_creations", "update": "push_updates", "delete": "push_deletions"}


def with_attribute(flag: str) -> Callable[..., Any]:
    return viewset(ModelViewSet, "news", **{flag: False}).as_view  # type: ignore[no-any-return]


def with_argument(flag: str) -> Callable[..., Any]:
    cls = viewset(ModelViewSet, "news")
    return lambda actions: cls.as_view(actions, **{flag: False})


def with_init(flag: str) -> Callable[..., Any]:
    class Quiet(ModelPusherViewMixin, ModelViewSet):
        queryset = Article.objects.all()
        serializer_class = ArticleSerializer

        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**{flag: False}, **kwargs)

        def get_pusher_channels(self) -> list[str]:
            return ["news"]

    return Quiet.as_view


@pytest.mark.parametrize("made", [with_attribute, with_argument, with_init])
@pytest.mark.parametrize("said", list(FLAGS))
def test_each_flag_silences_one_kind(
    api: APIRequestFactory, trigger: mock.Mock, article: Article, made: Any, said: str
) -> None:
    speaker()
    as_view = made(FLAGS[said])
    as_view({"post": "create"})(api.post("/", {"title": "Pier"}))
    as_view({"patch": "partial_update"})(api.patch("/", {"title": "Quay"}), pk=article.pk)
    as_view({"delete": "destroy"})(api.delete("/"), pk=article.pk)
    assert [event for event, _ in calls(trigger)] == [f"article.{kind}" for kind in FLAGS if kind != said]


# Several backends ---------------------------------------------------------------------------------------


def test_the_public_and_the_private_backend_say_each_their_own(
    api: APIRequestFactory, trigger: mock.Mock
) -> None:
    speaker()
    speaker(PrivatePusherBackend, serializer_class=BodySerializer)
    create(api, viewset(ModelViewSet, "news"))
    said = {call.args[0][0]: set(call.args[2]) for call in trigger.call_args_list}
    assert said == {"news": {"id", "title"}, "private-news": {"id", "title", "body"}}


@pytest.mark.parametrize(
    "kinds", [(PusherBackend, PrivatePusherBackend), (PrivatePusherBackend, PusherBackend)]
)
def test_no_channel_gets_an_event_twice_and_a_private_one_gets_the_private_data(
    api: APIRequestFactory, trigger: mock.Mock, kinds: Any
) -> None:
    serializers = {PusherBackend: ArticleSerializer, PrivatePusherBackend: BodySerializer}
    for kind in kinds:
        speaker(kind, serializer_class=serializers[kind])
    create(api, viewset(ModelViewSet, "private-news"))
    (call,) = trigger.call_args_list
    assert call.args[0] == ["private-news"]
    assert "body" in call.args[2]


def test_a_channel_named_twice_gets_an_event_once(api: APIRequestFactory, trigger: mock.Mock) -> None:
    speaker()
    speaker()
    create(api, viewset(ModelViewSet, "news", "news", "sport"))
    assert calls(trigger) == [("article.create", ["news", "sport"])]


PREFIXES = [
    (PusherBackend, "news", "news"),
    (PusherBackend, "private-news", "private-news"),
    (PrivatePusherBackend, "news", "private-news"),
    (PrivatePusherBackend, "private-news", "private-news"),
    (PrivatePusherBackend, "private-cache-news", "private-cache-news"),
    (PrivatePusherBackend, "privatenews", "private-privatenews"),
    (PrivatePusherBackend, "presence-news", "presence-news"),
    (PrivatePusherBackend, "#server-to-user-7", "#server-to-user-7"),
    (PresencePusherBackend, "news", "presence-news"),
    (PresencePusherBackend, "presence-news", "presence-news"),
    (PresencePusherBackend, "private-news", "presence-private-news"),
]


@pytest.mark.parametrize(("kind", "named", "channel"), PREFIXES)
def test_the_prefix_is_added_where_it_is_missing(
    api: APIRequestFactory, trigger: mock.Mock, kind: Any, named: str, channel: str
) -> None:
    speaker(kind)
    create(api, viewset(ModelViewSet, named))
    assert calls(trigger) == [("article.create", [channel])]


def test_a_private_backend_stays_private_whatever_it_overrides(
    api: APIRequestFactory, trigger: mock.Mock
) -> None:
    speaker(PrivatePusherBackend, get_channels=lambda self, instance=None: [f"user-{instance.title}"])
    create(api, viewset(ModelViewSet), title="anna")
    assert calls(trigger) == [("article.create", ["private-user-anna"])]


# The socket that is spared ------------------------------------------------------------------------------


@pytest.mark.parametrize("given", ["1.2", "123456.7890123"])
def test_the_socket_of_the_request_is_spared(api: APIRequestFactory, trigger: mock.Mock, given: str) -> None:
    speaker()
    create(api, viewset(ModelViewSet, "news"), **{"X-Pusher-Socket-Id": given})
    assert trigger.call_args.args[3] == given


def test_laravel_echos_header_names_the_socket_too(api: APIRequestFactory, trigger: mock.Mock) -> None:
    speaker()
    create(api, viewset(ModelViewSet, "news"), **{"X-Socket-ID": "1.2"})
    assert trigger.call_args.args[3] == "1.2"


@pytest.mark.parametrize("given", ["evil", "1", "1.2\n", "1.2;3", "", "null", "undefined", "\u0661.\u0662"])
def test_what_is_no_socket_is_ignored(
    api: APIRequestFactory, trigger: mock.Mock, given: str, caplog: pytest.LogCaptureFixture
) -> None:
    speaker()
    assert create(api, viewset(ModelViewSet, "news"), **{"X-Pusher-Socket-Id": given}).status_code == 201
    assert trigger.call_args.args[3] is None
    assert ("X-Pusher-Socket-Id" in caplog.text) == bool(given)


def test_a_backend_may_spare_nobody(api: APIRequestFactory, trigger: mock.Mock) -> None:
    class Loud(PusherBackend):
        serializer_class = ArticleSerializer

        def push_change(
            self, event: str, instance: Any = None, pre_destroy: bool = False, ignore: bool = True
        ) -> None:
            super().push_change(event, instance, pre_destroy, ignore=False)

    create(api, viewset(ModelViewSet, "news"), **{"X-Pusher-Socket-Id": "1.2"})
    assert trigger.call_args.args[3] is None


# What goes wrong ----------------------------------------------------------------------------------------


def unserialisable(self: Any, instance: Any) -> Any:
    return {"title": object()}


BAD: list[tuple[Any, str]] = [
    (["news!"], "is not a channel's name"),
    ([f"news-{number}" for number in range(200)], "at most 100 channels, not 200"),
    ([None], "is not a channel's name"),
    ([[]], "unhashable"),
    (None, "let get_pusher_channels() of tests"),
    ({"news": 1}, "let get_pusher_channels() of tests"),
    (7, "let get_pusher_channels() of tests"),
]


@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize(("channels", "said"), BAD)
def test_bad_channels_are_logged_and_the_write_stands(
    api: APIRequestFactory,
    trigger: mock.Mock,
    counted: Counted,
    caplog: pytest.LogCaptureFixture,
    channels: Any,
    said: str,
    private: bool,
) -> None:
    speaker(PrivatePusherBackend if private else PusherBackend)
    view = viewset(ModelViewSet, get_pusher_channels=lambda self: channels)
    response = create(api, view)
    assert (response.status_code, Article.objects.count()) == (201, 1)
    (record,) = [record for record in caplog.records if record.name == "onair.publishing"]
    assert said in record.getMessage()
    assert "ArticleViewSet" in record.getMessage()
    assert counted()["failed"] == 1
    trigger.assert_not_called()


@pytest.mark.parametrize("elsewhere", [True, False])
def test_data_above_the_limit_is_logged_and_the_write_stands(
    api: APIRequestFactory,
    settings: Settings,
    counted: Counted,
    caplog: pytest.LogCaptureFixture,
    elsewhere: bool,
) -> None:
    if elsewhere:
        settings.PUSHER_APP_ID, settings.PUSHER_KEY, settings.PUSHER_SECRET = "1", "key", "secret"
    speaker(get_packet=lambda self, event, instance: (["news"], "article.create", "x" * 300_000))
    with mock.patch("pusher.Pusher.trigger") as trigger:
        assert create(api, viewset(ModelViewSet, "news")).status_code == 201
    assert 'ONAIR["MAX_EVENT_SIZE"]' in caplog.text
    assert sum(counted().values()) == 1
    trigger.assert_not_called()


@pytest.mark.parametrize("elsewhere", [True, False])
def test_data_that_is_no_json_is_logged_and_the_write_stands(
    api: APIRequestFactory,
    settings: Settings,
    counted: Counted,
    caplog: pytest.LogCaptureFixture,
    elsewhere: bool,
) -> None:
    if elsewhere:
        settings.PUSHER_APP_ID, settings.PUSHER_KEY, settings.PUSHER_SECRET = "1", "key", "secret"

    class Odd(ArticleSerializer):
        def to_representation(self, instance: Any) -> Any:
            return {"title": object()}

    speaker(serializer_class=Odd)
    assert create(api, viewset(ModelViewSet, "news")).status_code == 201
    assert "not serialisable" in caplog.text
    assert "ArticleViewSet did not send 'article.create'" in caplog.text
    assert counted()["failed"] == 1


ERRORS = [ValueError("Too much data"), OSError("no route to host"), RuntimeError("503")]


@pytest.mark.parametrize("error", ERRORS, ids=repr)
def test_an_error_of_the_service_is_logged_and_the_write_stands(
    api: APIRequestFactory,
    trigger: mock.Mock,
    article: Article,
    counted: Counted,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
) -> None:
    speaker()
    trigger.side_effect = error
    view = viewset(ModelViewSet, "news")
    answers = [create(api, view), update(api, view, article.pk), destroy(api, view, article.pk)]
    assert [answer.status_code for answer in answers] == [201, 200, 204]
    assert str(error) in caplog.text
    assert counted()["failed"] == 3


@pytest.mark.parametrize("method", ["get_pusher_channels", "get_pusher_backends"])
def test_an_error_of_the_projects_own_code_is_logged_with_its_traceback(
    api: APIRequestFactory, trigger: mock.Mock, caplog: pytest.LogCaptureFixture, method: str
) -> None:
    def fail(self: Any) -> Any:
        raise ZeroDivisionError("oh")

    speaker()
    assert create(api, viewset(ModelViewSet, "news", **{method: fail})).status_code == 201
    (record,) = caplog.records
    assert record.exc_info is not None
    assert "ArticleViewSet did not send 'create': oh" in record.getMessage()


def test_a_view_without_channels_is_told_to_name_them(
    api: APIRequestFactory, trigger: mock.Mock, caplog: pytest.LogCaptureFixture
) -> None:
    speaker()
    assert create(api, viewset(ModelViewSet, get_pusher_channels=None)).status_code == 201
    assert "ArticleViewSet must implement the `get_pusher_channels` method" in caplog.text


def test_wrong_settings_name_what_is_missing(
    api: APIRequestFactory, hosted: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    hosted.PUSHER_SECRET = ""
    speaker()
    assert create(api, viewset(ModelViewSet, "news")).status_code == 201
    assert "PUSHER_SECRET is empty" in caplog.text


@pytest.mark.parametrize("channels", [[], (), ""])
def test_no_channel_is_no_event(
    api: APIRequestFactory, trigger: mock.Mock, counted: Counted, channels: Any
) -> None:
    speaker()
    create(api, viewset(ModelViewSet, get_pusher_channels=lambda self: channels or []))
    trigger.assert_not_called()
    assert not counted().get("failed")


@pytest.mark.parametrize("channels", ["news", ("news",), {"news"}, iter(["news"])])
def test_other_kinds_of_lists_are_understood(
    api: APIRequestFactory, trigger: mock.Mock, channels: Any
) -> None:
    speaker()
    create(api, viewset(ModelViewSet, get_pusher_channels=lambda self: channels))
    assert calls(trigger) == [("article.create", ["news"])]


# The signals --------------------------------------------------------------------------------------------


def test_the_signals_say_what_is_sent_while_a_row_that_goes_is_still_there(
    api: APIRequestFactory, trigger: mock.Mock, article: Article
) -> None:
    heard: list[tuple[Any, ...]] = []

    def hear(signal: Any, sender: Any, instance: Any, **said: Any) -> None:
        heard.append((signal, sender, instance.view.action, said["event_name"], Article.objects.count()))

    own = speaker()
    for signal in (view_post_save, view_pre_destroy):
        signal.connect(hear)
    try:
        update(api, viewset(ModelViewSet, "news"), article.pk)
        destroy(api, viewset(ModelViewSet, "news"), article.pk)
    finally:
        for signal in (view_post_save, view_pre_destroy):
            signal.disconnect(hear)
    assert heard == [
        (view_post_save, own, "partial_update", "article.update", 1),
        (view_pre_destroy, own, "destroy", "article.delete", 1),
    ]


def test_a_receiver_that_fails_disturbs_nobody(api: APIRequestFactory, trigger: mock.Mock) -> None:
    def fail(**said: Any) -> None:
        raise ZeroDivisionError

    speaker()
    speaker(get_event_name=lambda backend, event: f"again.{event}")
    view_post_save.connect(fail)
    try:
        assert create(api, viewset(ModelViewSet, "news")).status_code == 201
    finally:
        view_post_save.disconnect(fail)
    assert [call.args[1] for call in trigger.call_args_list] == ["article.create", "again.create"]


# push() -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("channel", ["news", ["news"], ("news",)])
def test_push_sends_an_event_of_the_projects_own(trigger: mock.Mock, channel: Any) -> None:
    view = viewset(ModelViewSet, "other")()
    view.push(channel, "custom.event", {"ok": "cool"})
    trigger.assert_called_once_with(["news"], "custom.event", {"ok": "cool"}, None)


def test_push_takes_keywords_and_a_socket(trigger: mock.Mock) -> None:
    viewset(ModelViewSet)().push(channel="news", event_name="custom", data=1, socket_id="1.2")
    trigger.assert_called_once_with(["news"], "custom", 1, "1.2")


def test_push_without_channels_says_so_to_its_caller(trigger: mock.Mock) -> None:
    with pytest.raises(BadChannels):
        viewset(ModelViewSet)().push(None, "custom", {})


# Elsewhere ----------------------------------------------------------------------------------------------


def test_what_is_said_can_be_captured_whatever_the_settings(
    api: APIRequestFactory, trigger: mock.Mock
) -> None:
    speaker(PrivatePusherBackend)
    with captured() as events:
        create(api, viewset(ModelViewSet, "news"), **{"X-Pusher-Socket-Id": "1.2"})
    event = assertPublished(events, channel="private-news", event="article.create", count=1)
    assert (event.data["title"], event.socket_id) == ("Harbour", "1.2")
    trigger.assert_not_called()


def test_without_hosted_pusher_it_goes_to_the_sites_own_server(api: APIRequestFactory) -> None:
    speaker()
    with captured() as events:
        create(api, viewset(ModelViewSet, "news"))
    assertPublished(events, channel="news", event="article.create", contains={"title": "Harbour"})


@pytest.mark.parametrize("credentials", [True, False])
def test_disabled_it_says_nothing_and_needs_no_credentials(
    api: APIRequestFactory, settings: Settings, counted: Counted, credentials: bool
) -> None:
    settings.DRF_MODEL_PUSHER_DISABLED = True
    if credentials:
        settings.PUSHER_APP_ID = "only this one"
    speaker()
    with captured() as events, mock.patch("pusher.Pusher.trigger") as trigger:
        assert create(api, viewset(ModelViewSet, "news")).status_code == 201
    assertNotPublished(events)
    trigger.assert_not_called()
    assert counted() == {}


Routed = viewset(ModelViewSet, "news")
urlpatterns = [path("articles/", Routed.as_view({"post": "create"}))]


@pytest.mark.urls(__name__)
def test_under_asgi_it_is_said_too(trigger: mock.Mock) -> None:
    speaker()

    async def main() -> int:
        response = await AsyncClient().post("/articles/", {"title": "Harbour"})
        return response.status_code

    assert async_to_sync(main)() == 201
    assert calls(trigger) == [("article.create", ["news"])]
