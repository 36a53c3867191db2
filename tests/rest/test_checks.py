from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.core.checks import CheckMessage
from django.urls import clear_url_caches, path
from pytest_django import Settings
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView
from rest_framework.viewsets import ModelViewSet

from onair.rest import checks, options, requirement
from onair.rest.views import ChannelExistenceWebhook
from tests.rest.conftest import speaker, viewset
from tests.site.news.models import Article

#: The routes of the test that runs.
urlpatterns: list[Any] = []

pytestmark = pytest.mark.urls(__name__)

Route = Callable[..., None]


@pytest.fixture
def route(monkeypatch: pytest.MonkeyPatch) -> Route:
    """Let a test say which views the site has."""

    def route(*views: Any) -> None:
        routed = [path(f"{at}/", view) for at, view in enumerate(views)]
        monkeypatch.setattr(sys.modules[__name__], "urlpatterns", routed)
        clear_url_caches()

    return route


def ids(messages: list[CheckMessage]) -> list[str]:
    return [str(message.id) for message in messages]


def list_of(cls: type[Any], **initkwargs: Any) -> Any:
    return cls.as_view({"get": "list", "post": "create"}, **initkwargs)


# The settings -------------------------------------------------------------------------------------------

OPTIONS = [
    (options.BACKENDS_FILE, "backends.py", True),
    (options.BACKENDS_FILE, None, False),
    (options.BACKENDS_FILE, 7, False),
    (options.DISABLED, True, True),
    (options.DISABLED, "yes", False),
    (options.OPTIMISED, False, True),
    (options.OPTIMISED, None, False),
]


@pytest.mark.parametrize(("name", "value", "right"), OPTIONS)
def test_a_setting_of_the_wrong_type_is_named(settings: Settings, name: str, value: Any, right: bool) -> None:
    setattr(settings, name, value)
    messages = checks.check_options()
    assert ids(messages) == ([] if right else [checks.WRONG_TYPE])
    assert all(name in message.msg for message in messages)


def test_without_settings_there_is_nothing_to_say() -> None:
    assert checks.check_options() == checks.check_cache() == checks.check_webhook() == []


CACHES = [
    ("django.core.cache.backends.locmem.LocMemCache", [checks.CACHE_NOT_SHARED]),
    ("django.core.cache.backends.dummy.DummyCache", [checks.CACHE_NOT_SHARED]),
    ("django.core.cache.backends.redis.RedisCache", []),
]


@pytest.mark.parametrize(("backend", "said"), CACHES)
def test_the_webhook_needs_a_cache_that_all_processes_share(
    settings: Settings, backend: str, said: list[str]
) -> None:
    settings.CACHES = {"default": {"BACKEND": backend}}
    assert checks.check_cache() == []
    settings.DRF_MODEL_PUSHER_WEBHOOK_OPTIMISATION_ENABLED = True
    assert ids(checks.check_cache()) == said


def test_the_optimisation_needs_the_webhook(hosted: Settings, route: Route) -> None:
    hosted.DRF_MODEL_PUSHER_WEBHOOK_OPTIMISATION_ENABLED = True
    route()
    assert ids(checks.check_webhook()) == [checks.NO_WEBHOOK]
    route(type("OwnWebhook", (ChannelExistenceWebhook,), {}).as_view())
    assert checks.check_webhook() == []


def test_the_sites_own_server_needs_no_webhook(settings: Settings, route: Route) -> None:
    settings.DRF_MODEL_PUSHER_WEBHOOK_OPTIMISATION_ENABLED = True
    route()
    assert checks.check_webhook() == []


# The views ----------------------------------------------------------------------------------------------


def test_a_view_that_names_no_channels_is_told(route: Route) -> None:
    speaker()
    route(list_of(viewset(ModelViewSet, get_pusher_channels=None)), list_of(viewset(ModelViewSet, "news")))
    (message,) = checks.check_channels()
    assert message.id == checks.NO_CHANNELS
    assert "ArticleViewSet must implement" in message.msg


@pytest.mark.parametrize("method", ["get_channels", "get_packet", "push_change"])
def test_a_view_whose_backend_names_the_channels_need_not(route: Route, method: str) -> None:
    speaker(**{method: lambda self, *args, **kwargs: None})
    route(list_of(viewset(ModelViewSet, get_pusher_channels=None)))
    assert checks.check_channels() == []


def test_a_view_for_which_nobody_speaks_is_told(route: Route) -> None:
    cls = viewset(ModelViewSet, "news")
    router = SimpleRouter()
    router.register("articles", cls, basename="article")
    route(*(pattern.callback for pattern in router.urls))
    (message,) = checks.check_backends()
    assert message.id == checks.NO_BACKEND
    assert "pusher_backends.py" in str(message.hint)
    speaker()
    assert checks.check_backends() == []


def test_a_view_that_needs_a_request_to_know_its_model_is_left_alone(route: Route) -> None:
    def of_user(self: Any) -> Any:
        return Article.objects.filter(author=self.request.user)

    names: dict[str, Any] = {"queryset": None, "serializer_class": None, "get_queryset": of_user}
    route(list_of(viewset(ModelViewSet, "news", **names)), APIView.as_view(), lambda request: None)
    assert checks.check_backends() == []
    assert checks.check_channels() == []


def test_a_view_with_backends_of_its_own_needs_no_other(route: Route) -> None:
    speaks = speaker(get_channels=lambda self, instance=None: ["news"])
    cls = viewset(ModelViewSet, get_pusher_channels=None, pusher_backends=[speaks])
    route(list_of(cls, push_updates=False))
    assert checks.check_backends() == checks.check_channels() == []


# The app ------------------------------------------------------------------------------------------------


def test_a_missing_rest_framework_is_an_error_where_it_is_needed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requirement, "is_installed", lambda: False)
    assert checks.check_installed() == []
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "drf_model_pusher"]
    (message,) = checks.check_installed()
    assert message.id == checks.NOT_INSTALLED
    assert 'pip install "django-onair[drf]"' in str(message.hint)


def test_beside_onair_there_is_nothing_to_add(settings: Settings) -> None:
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "drf_model_pusher"]
    assert checks.check_alone() == []
