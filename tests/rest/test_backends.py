"""Backends: how they are registered, and what of them a project overrides."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest
from django.db import models
from django.test.utils import isolate_apps
from rest_framework.serializers import ModelSerializer, Serializer
from rest_framework.test import APIRequestFactory
from rest_framework.viewsets import ModelViewSet

from onair.rest import backends
from onair.rest.backends import (
    PacketAdapter,
    PresencePusherBackend,
    PrivatePusherBackend,
    PusherBackend,
    get_models_pusher_backends,
)
from onair.rest.exceptions import ModelPusherException, NoSerializer
from tests.rest.conftest import ArticleSerializer, BodySerializer, speaker, viewset
from tests.site.news.models import Article, Headline, Tag

pytestmark = pytest.mark.django_db


class TagSerializer(ModelSerializer):
    class Meta:
        model = Tag
        fields = ("id", "name")


# Registering --------------------------------------------------------------------------------------------


def test_a_backend_is_registered_for_the_model_of_its_serializer() -> None:
    own = speaker()
    other = speaker(serializer_class=TagSerializer)
    assert get_models_pusher_backends(Article) == [own]
    assert get_models_pusher_backends(Tag) == [other]
    assert backends.pusher_backend_registry == {"article": [own], "tag": [other]}


@isolate_apps()
def test_models_of_two_apps_with_one_name_do_not_collide() -> None:
    options = type("Meta", (), {"app_label": "rooms"})
    Namesake = type("Article", (models.Model,), {"Meta": options, "__module__": __name__})  # noqa: N806

    class NamesakeSerializer(Serializer):
        class Meta:
            model = Namesake

    speaker()
    other = speaker(serializer_class=NamesakeSerializer)
    assert get_models_pusher_backends(Namesake) == [other]
    assert other not in get_models_pusher_backends(Article)


def test_a_proxy_is_spoken_for_by_the_model_behind_it() -> None:
    own = speaker()
    assert get_models_pusher_backends(Headline) == [own]


def test_a_model_nobody_speaks_for_has_no_backends() -> None:
    assert get_models_pusher_backends(Tag) == []


@pytest.mark.parametrize("base", [PusherBackend, PrivatePusherBackend, PresencePusherBackend])
def test_what_is_abstract_is_not_registered(base: type[Any]) -> None:
    class MyPusherBackend(base):  # type: ignore[misc,valid-type]
        serializer_class = ArticleSerializer

        class Meta:
            abstract = True

    assert get_models_pusher_backends(Article) == []

    class MyModelBackend(MyPusherBackend):
        pass

    assert get_models_pusher_backends(Article) == [MyModelBackend]


def test_abstract_false_is_not_abstract() -> None:
    class Concrete(PusherBackend):
        serializer_class = ArticleSerializer

        class Meta:
            abstract = False

    assert get_models_pusher_backends(Article) == [Concrete]


def test_a_backend_without_a_serializer_is_told_what_to_set() -> None:
    with pytest.raises(AssertionError, match="PusherBackends require a serializer_class") as raised:
        type("Silent", (PusherBackend,), {})
    assert isinstance(raised.value, NoSerializer)
    assert "Silent.serializer_class" in str(raised.value)


def test_an_extended_backend_names_its_model_alone(api: APIRequestFactory, trigger: mock.Mock) -> None:
    """As the README prints it: the view's serializer serves."""

    class MyPusherBackend(PusherBackend):
        class Meta:
            abstract = True

    class MyModelBackend(MyPusherBackend):
        class Meta:
            model = Article

    view = viewset(ModelViewSet, "news", serializer_class=BodySerializer)
    view.as_view({"post": "create"})(api.post("/", {"title": "Harbour"}))
    assert trigger.call_args.args[1] == "article.create"
    assert set(trigger.call_args.args[2]) == {"id", "title", "body"}


# What is said -------------------------------------------------------------------------------------------


def test_the_backends_own_serializer_decides_the_data_and_the_name(
    api: APIRequestFactory, trigger: mock.Mock
) -> None:
    class HeadlineSerializer(ModelSerializer):
        class Meta:
            model = Headline
            fields = ("title",)

    own = speaker(serializer_class=HeadlineSerializer)
    view = viewset(ModelViewSet, "news", serializer_class=BodySerializer, pusher_backends=[own])
    view.as_view({"post": "create"})(api.post("/", {"title": "Harbour"}))
    trigger.assert_called_once_with(["news"], "headline.create", {"title": "Harbour"}, None)


def test_the_data_is_the_serializers_own_value(api: APIRequestFactory, trigger: mock.Mock) -> None:
    class Own(ArticleSerializer):
        def to_representation(self, instance: Any) -> Any:
            return {"pair": (1, 2), "request": self.context["request"].method}

    speaker(serializer_class=Own)
    viewset(ModelViewSet, "news").as_view({"post": "create"})(api.post("/", {"title": "Harbour"}))
    assert trigger.call_args.args[2] == {"pair": (1, 2), "request": "POST"}


def test_a_packet_adapter_changes_what_is_sent(api: APIRequestFactory, trigger: mock.Mock) -> None:
    class Wrapped(PacketAdapter):
        def parse_packet(self, channels: list[str], event_name: str, data: Any) -> Any:
            return [f"{channel}-v2" for channel in channels], event_name.upper(), {"data": data["title"]}

    speaker(packet_adapter_class=Wrapped)
    viewset(ModelViewSet, "news").as_view({"post": "create"})(api.post("/", {"title": "Harbour"}))
    trigger.assert_called_once_with(["news-v2"], "ARTICLE.CREATE", {"data": "Harbour"}, None)


OVERRIDES: list[tuple[dict[str, Any], tuple[Any, ...]]] = [
    (
        {"get_channels": lambda self, instance=None: [f"one-{instance.title}"]},
        (["one-Pier"], "article.create"),
    ),
    ({"get_event_name": lambda self, kind: f"my-{kind}"}, (["news"], "my-create")),
    ({"get_serializer_class": lambda self: BodySerializer}, (["news"], "article.create")),
    ({"get_packet": lambda self, event, instance: (["x"], "y", "z")}, (["x"], "y", "z")),
    ({"get_pusher_socket": lambda self, view: "7.7"}, (["news"], "article.create", mock.ANY, "7.7")),
    (
        {"get_serializer": lambda self, view, **kw: SimpleNamespace(data="d")},
        (["news"], "article.create", "d"),
    ),
]


@pytest.mark.parametrize(("names", "said"), OVERRIDES, ids=lambda value: next(iter(value), ""))
def test_each_step_can_be_overridden(
    api: APIRequestFactory, trigger: mock.Mock, names: dict[str, Any], said: tuple[Any, ...]
) -> None:
    speaker(**names)
    viewset(ModelViewSet, "news").as_view({"post": "create"})(api.post("/", {"title": "Pier"}))
    assert trigger.call_args.args[: len(said)] == said


def test_a_backend_speaks_by_itself(trigger: mock.Mock, article: Article) -> None:
    view = viewset(ModelViewSet, "news")()
    view.request = view.format_kwarg = None
    speaker()(view).push_change("opened", article)
    trigger.assert_called_once_with(["news"], "article.opened", {"id": article.pk, "title": "Harbour"}, None)


def test_a_serializer_without_a_model_serves_where_the_backend_has_one(
    api: APIRequestFactory, trigger: mock.Mock
) -> None:
    class Plain(Serializer):
        def to_representation(self, instance: Any) -> Any:
            return {"plain": instance.title}

    class Named(PusherBackend):
        serializer_class = Plain

        class Meta:
            model = Article

    viewset(ModelViewSet, "news").as_view({"post": "create"})(api.post("/", {"title": "Pier"}))
    trigger.assert_called_once_with(["news"], "article.create", {"plain": "Pier"}, None)


def test_without_any_model_there_is_no_name() -> None:
    class Nobody(PusherBackend):
        class Meta:
            abstract = True

    view = SimpleNamespace(get_serializer_class=lambda: Serializer)
    with pytest.raises(ModelPusherException, match="Nobody has no model"):
        Nobody(view).get_event_name("create")
