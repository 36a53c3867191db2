"""A project that has ``"drf_model_pusher"`` in INSTALLED_APPS, and neither onair nor Django REST framework.

It is the one of the README, with ``fields`` and ``path``, which Django and its REST framework require by now.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.publishing.receiver import receiving
from tests.pusherable.test_alone import Project

SETTINGS = """
from pathlib import Path
BASE_DIR = Path(__file__).parent
SECRET_KEY = "a secret"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [{apps}]
ROOT_URLCONF = "example.urls"
ALLOWED_HOSTS = ["*"]
DATABASES = {{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "db.sqlite3"}}}}
STATIC_URL, STATIC_ROOT = "static/", BASE_DIR / "collected"
REST_FRAMEWORK = {{
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
}}
"""

HOSTED = """
PUSHER_APP_ID, PUSHER_KEY, PUSHER_SECRET, PUSHER_CLUSTER = "1", "the-key", "the-secret", ""
"""

FILES = {
    "models": """
from django.db import models

class MyModel(models.Model):
    name = models.CharField(max_length=32)

class Other(models.Model):
    name = models.CharField(max_length=32)
""",
    "serializers": """
from rest_framework.serializers import ModelSerializer
from example.models import MyModel, Other

class MyModelSerializer(ModelSerializer):
    class Meta:
        model = MyModel
        fields = ["name"]

class MyModelPrivateSerializer(ModelSerializer):
    class Meta:
        model = MyModel
        fields = ["id", "name"]

class OtherSerializer(ModelSerializer):
    class Meta:
        model = Other
        fields = ["name"]
""",
    "pusher_backends": """
from drf_model_pusher.backends import PusherBackend, PrivatePusherBackend
from example.models import Other
from example.serializers import MyModelPrivateSerializer, MyModelSerializer

class MyModelPusherBackend(PusherBackend):
    serializer_class = MyModelSerializer

class MyModelPrivatePusherBackend(PrivatePusherBackend):
    serializer_class = MyModelPrivateSerializer

class MyPusherBackend(PusherBackend):
    class Meta:
        abstract = True

class OtherBackend(MyPusherBackend):
    class Meta:
        model = Other
""",
    "views": """
from rest_framework.viewsets import ModelViewSet
from drf_model_pusher.views import ModelPusherViewMixin
from example.models import Other
from example.serializers import MyModelSerializer, OtherSerializer

class MyModelViewSet(ModelPusherViewMixin, ModelViewSet):
    serializer_class = MyModelSerializer

    def get_pusher_channels(self):
        return ["news"]

class OtherViewSet(MyModelViewSet):
    queryset = Other.objects.all()
    serializer_class = OtherSerializer
""",
    "urls": """
from django.urls import path
from drf_model_pusher.views import ChannelExistenceWebhook
from example.views import MyModelViewSet, OtherViewSet

urlpatterns = [
    path("mymodels/", MyModelViewSet.as_view({"post": "create"})),
    path("others/", OtherViewSet.as_view({"post": "create"})),
    path("pusher/channel-existence/", ChannelExistenceWebhook.as_view(),
         name="pusher-channel-existence-webhook"),
]
""",
}

#: A test as the users of the package wrote theirs.
TEST = """
import hmac, json, time
from unittest import mock
from django.core.cache import cache
from django.test import TestCase, override_settings

class ExampleTest(TestCase):
    def post(self, url, **headers):
        response = self.client.post(url, {"name": "Henry"}, content_type="application/json", headers=headers)
        self.assertEqual(response.status_code, 201, response.content)

    @mock.patch("pusher.Pusher.trigger")
    def test_both_backends(self, trigger):
        self.post("/mymodels/", **{"x-pusher-socket-id": "1.2"})
        self.assertEqual(trigger.mock_calls, [
            mock.call(["news"], "mymodel.create", {"name": "Henry"}, "1.2"),
            mock.call(["private-news"], "mymodel.create", {"id": 1, "name": "Henry"}, "1.2"),
        ])

    @mock.patch("drf_model_pusher.providers.PusherProvider.trigger")
    def test_an_extended_backend(self, trigger):
        self.post("/others/")
        trigger.assert_called_once_with(["news"], "other.create", {"name": "Henry"}, None)

    @override_settings(DRF_MODEL_PUSHER_DISABLED=True, PUSHER_APP_ID="", PUSHER_KEY="", PUSHER_SECRET="")
    @mock.patch("pusher.Pusher.trigger")
    def test_disabled(self, trigger):
        self.post("/mymodels/")
        trigger.assert_not_called()

    @override_settings(DRF_MODEL_PUSHER_WEBHOOK_OPTIMISATION_ENABLED=True)
    @mock.patch("pusher.Pusher.channels_info", return_value={"channels": {}})
    @mock.patch("pusher.Pusher.trigger")
    def test_the_webhook(self, trigger, channels_info):
        self.addCleanup(cache.clear)
        self.post("/others/")
        trigger.assert_not_called()
        event = {"name": "channel_occupied", "channel": "news"}
        body = json.dumps({"time_ms": int(time.time() * 1000), "events": [event]})
        signature = hmac.digest(b"the-secret", body.encode(), "sha256").hex()
        headers = {"X-Pusher-Key": "the-key", "X-Pusher-Signature": signature}
        response = self.client.post("/pusher/channel-existence/", body, "application/json", headers=headers)
        self.assertEqual(response.status_code, 201)
        self.post("/others/")
        trigger.assert_called_once_with(["news"], "other.create", {"name": "Henry"}, None)
        channels_info.assert_called_once_with()
"""

#: What a site does that is no test.
POST = "from django.test import Client; print(Client().post('/mymodels/', {'name': 'Henry'}).status_code)"


def make_project(folder: Path, *apps: str, settings: str = HOSTED) -> Project:
    listed = ", ".join(f'"{app}"' for app in apps)
    (folder / "site_settings.py").write_text(SETTINGS.format(apps=listed) + settings)
    (folder / "example").mkdir()
    (folder / "example" / "__init__.py").touch()
    for name, text in FILES.items():
        (folder / "example" / f"{name}.py").write_text(text)
    return Project(folder)


DJANGOS = ["django.contrib.contenttypes", "django.contrib.auth"]

APPS = [
    ["drf_model_pusher", "example"],
    ["example", "drf_model_pusher"],
    ["example", "drf_model_pusher.apps.DrfModelPusherConfig"],
    [
        "django.contrib.contenttypes",
        "django.contrib.auth",
        "onair",
        "rest_framework",
        "drf_model_pusher",
        "example",
    ],
    [*DJANGOS, "example", "onair"],
]


@pytest.mark.parametrize("apps", APPS, ids=lambda apps: "+".join(app.rpartition(".")[2] for app in apps))
def test_the_tests_of_its_users_are_green(tmp_path: Path, apps: list[str]) -> None:
    project = make_project(tmp_path, *apps)
    (tmp_path / "test_example.py").write_text(TEST)
    assert "Ran 4 tests" in project.manage("test", "--verbosity=1")


def test_its_check_says_what_onair_would_bring(tmp_path: Path) -> None:
    output = make_project(tmp_path, "drf_model_pusher", "example").manage("check")
    assert "onair.I061" in output
    assert "1 issue" in output


def test_without_a_target_it_is_told_that_onair_is_missing(tmp_path: Path) -> None:
    output = make_project(tmp_path, "drf_model_pusher", "example", settings="").manage("check")
    assert "onair.W062" in output
    assert 'Add "onair"' in output
    assert "1 issue" in output


def test_disabled_it_is_told_nothing(tmp_path: Path) -> None:
    settings = "DRF_MODEL_PUSHER_DISABLED = True"
    output = make_project(tmp_path, "drf_model_pusher", "example", settings=settings).manage("check")
    assert "no issues" in output


def test_a_missing_credential_is_named(tmp_path: Path) -> None:
    project = make_project(
        tmp_path, "drf_model_pusher", "example", settings="PUSHER_APP_ID = PUSHER_KEY = '1'"
    )
    with pytest.raises(AssertionError, match=r"(?s)onair\.E003.*PUSHER_SECRET is empty"):
        project.manage("check")


def test_a_server_elsewhere_gets_its_events(tmp_path: Path) -> None:
    with receiving() as receiver:
        settings = f"ONAIR = {{'URL': {receiver.url!r}}}"
        project = make_project(tmp_path, "drf_model_pusher", "example", settings=settings)
        project.manage("migrate", "--run-syncdb")
        assert "201" in project.manage("shell", "--command", POST)
        said = [(event["name"], *channels_of(event)) for event in receiver.events(2)]
    assert said == [("mymodel.create", "news"), ("mymodel.create", "private-news")]


def channels_of(event: dict[str, Any]) -> list[str]:
    """Return an event's channels, whether it came in a batch or alone."""
    return [event["channel"]] if "channel" in event else list(event["channels"])


def test_its_backends_may_be_in_another_file(tmp_path: Path) -> None:
    settings = f"{HOSTED}\nDRF_MODEL_PUSHER_BACKENDS_FILE = 'live/speakers.py'\n"
    project = make_project(tmp_path, "drf_model_pusher", "example", settings=settings)
    (tmp_path / "example" / "live").mkdir()
    (tmp_path / "example" / "pusher_backends.py").rename(tmp_path / "example" / "live" / "speakers.py")
    (tmp_path / "test_example.py").write_text(TEST)
    assert "Ran 4 tests" in project.manage("test", "--verbosity=1")


def test_a_mistake_in_its_backends_is_said(tmp_path: Path) -> None:
    project = make_project(tmp_path, "drf_model_pusher", "example")
    (tmp_path / "example" / "pusher_backends.py").write_text("import nothing_of_that_name")
    with pytest.raises(AssertionError, match="nothing_of_that_name"):
        project.manage("check")


def test_its_commands_and_static_files_are_those_of_onair(tmp_path: Path) -> None:
    project = make_project(
        tmp_path, "django.contrib.staticfiles", "drf_model_pusher", "pusherable", "example"
    )
    assert "Serves the sockets of this site" in project.manage("onair", "--help")
    output = project.manage("collectstatic", "--noinput", "--verbosity=2")
    assert output.count("onair/pusherable.js'") == 1
    assert "Found another file" not in output
