from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.core.cache import cache
from pytest_django import Settings
from rest_framework.serializers import ModelSerializer
from rest_framework.test import APIRequestFactory

from onair.publishing import failures, stats
from onair.rest import backends
from onair.rest.backends import PusherBackend
from onair.rest.views import ModelPusherViewMixin
from tests.publishing.conftest import SOURCES
from tests.publishing.receiver import PATIENCE, Receiver, receiving
from tests.site.news.models import Article

SITE = """
import os, django
from django.conf import settings
settings.configure(
    SECRET_KEY="a secret", BASE_DIR=os.environ["TMPDIR"], ONAIR={onair!r},
    INSTALLED_APPS=["drf_model_pusher"], REST_FRAMEWORK={rest!r},
    DATABASES={{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}}},
)
django.setup()
"""

Site = Callable[..., "subprocess.CompletedProcess[str]"]
Counted = Callable[[], dict[str, int]]


class ArticleSerializer(ModelSerializer):
    class Meta:
        model = Article
        fields = ("id", "title")


class BodySerializer(ModelSerializer):
    class Meta:
        model = Article
        fields = ("id", "title", "body")


@pytest.fixture(autouse=True)
def registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin each test without backends."""
    monkeypatch.setattr(backends, "pusher_backend_registry", defaultdict(list))


@pytest.fixture(autouse=True)
def unthrottled(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Begin each test with a log that has said nothing yet, and with an empty cache."""
    monkeypatch.setattr(failures, "_throttle", failures.Throttle())
    monkeypatch.setattr(failures, "_said", set())
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def hosted(settings: Settings) -> Settings:
    """The settings of a project with hosted Pusher."""
    settings.PUSHER_APP_ID, settings.PUSHER_KEY, settings.PUSHER_SECRET = "1", "the-key", "the-secret"
    return settings


@pytest.fixture
def trigger(hosted: Settings) -> Iterator[mock.Mock]:
    """The call of hosted Pusher's library, as projects' tests mock it."""
    with mock.patch("pusher.Pusher.trigger") as trigger:
        yield trigger


@pytest.fixture
def counted() -> Counted:
    before = stats.read()

    def grown() -> dict[str, int]:
        now = stats.read()
        names = ("sent", "failed", "dropped")
        return {name: getattr(now, name) - getattr(before, name) for name in names if now != before}

    return grown


@pytest.fixture
def article(db: None) -> Article:
    return Article.objects.create(title="Harbour", body="Text")


@pytest.fixture
def api() -> APIRequestFactory:
    return APIRequestFactory()


def speaker(base: type[Any] = PusherBackend, **names: Any) -> type[Any]:
    """Define a backend of articles."""
    return type(f"Article{base.__name__}", (base,), {"serializer_class": ArticleSerializer, **names})


def viewset(base: type[Any], *channels: str, **names: Any) -> type[Any]:
    """Define a viewset of articles that names these channels."""
    own = {
        "queryset": Article.objects.all(),
        "serializer_class": ArticleSerializer,
        "get_pusher_channels": lambda self: list(channels),
    }
    given = {name: value for name, value in {**own, **names}.items() if value is not None}
    return type("ArticleViewSet", (ModelPusherViewMixin, base), given)


@pytest.fixture
def rest_site(tmp_path: Path) -> Site:
    """Run a script in a process of its own, as a site with hardly any settings that is no test."""

    def run(script: str, rest_framework: object = None, **onair: object) -> subprocess.CompletedProcess[str]:
        rest = rest_framework or {"UNAUTHENTICATED_USER": None}
        text = SITE.format(onair=onair, rest=rest)
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", text + script],
            capture_output=True,
            text=True,
            timeout=3 * PATIENCE,
            check=False,
            env={"PYTHONPATH": str(SOURCES), "TMPDIR": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
        )
        assert done.returncode == 0, done.stderr
        return done

    return run


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver
