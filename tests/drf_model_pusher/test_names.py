"""The import names of drf_model_pusher, and what its users' tests patch."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from typing import Any
from unittest import mock

import pytest
from pytest_django import Settings
from rest_framework.test import APIRequestFactory
from rest_framework.viewsets import ModelViewSet

import drf_model_pusher
from drf_model_pusher.proxies import PusherProxy
from tests.publishing.conftest import SOURCES
from tests.rest.conftest import speaker, viewset

NAMES = {
    "apps": ["DrfModelPusherConfig"],
    "authentication": ["PusherWebhookAuthentication"],
    "backends": [
        "PacketAdapter",
        "PresencePusherBackend",
        "PrivatePusherBackend",
        "PusherBackend",
        "PusherBackendMetaclass",
        "get_models_pusher_backends",
        "pusher_backend_registry",
    ],
    "config": ["connect_pusher_views"],
    "exceptions": ["ModelPusherException"],
    "providers": ["AblyProvider", "BaseProvider", "Pusher", "PusherProvider"],
    "proxies": ["PusherProxy"],
    "receivers": ["send_pusher_event"],
    "serializers": [
        "ChannelExistenceEventSerializer",
        "ChannelExistenceSerializer",
        "EventSerializer",
        "PusherWebhookSerializer",
    ],
    "signals": ["view_post_save", "view_pre_destroy"],
    "views": ["ChannelExistenceWebhook", "ModelPusherViewMixin"],
}

ALL = [(module, name) for module, names in NAMES.items() for name in names]


@pytest.mark.parametrize(("module", "name"), ALL)
def test_every_name_is_where_it_was(module: str, name: str) -> None:
    assert hasattr(import_module(f"drf_model_pusher.{module}"), name)


@pytest.mark.parametrize("module", sorted(set(NAMES) - {"apps", "proxies"}))
def test_the_modules_are_those_of_onair(module: str) -> None:
    old = import_module(f"drf_model_pusher.{module}")
    assert old is import_module(f"onair.rest.{module}")
    assert getattr(drf_model_pusher, module) is old


def test_the_config_is_named_as_older_projects_list_it() -> None:
    assert drf_model_pusher.default_app_config == "drf_model_pusher.apps.DrfModelPusherConfig"


def create() -> Any:
    view = viewset(ModelViewSet, "news").as_view({"post": "create"})
    return view(APIRequestFactory().post("/", {"title": "Harbour"}))


PATCHED = [
    "pusher.Pusher.trigger",
    "drf_model_pusher.providers.Pusher",
    "drf_model_pusher.providers.PusherProvider.trigger",
    "drf_model_pusher.receivers.send",
]


@pytest.mark.django_db
@pytest.mark.parametrize("name", PATCHED)
def test_what_is_patched_by_the_old_names_is_what_is_used(hosted: Settings, name: str) -> None:
    speaker()
    with mock.patch(name) as patched:
        assert create().status_code == 201
    assert patched.mock_calls


def test_a_patch_is_undone(hosted: Settings) -> None:
    import pusher

    from drf_model_pusher import providers

    with mock.patch("drf_model_pusher.providers.Pusher"):
        assert providers.Pusher is not pusher.Pusher
    assert providers.Pusher is pusher.Pusher


def test_the_proxy_of_older_releases_calls_the_library_with_three_arguments() -> None:
    with mock.patch("drf_model_pusher.providers.Pusher") as pusher:
        PusherProxy("1", "key", "secret", "eu").trigger(["news"], "event", {"a": 1})
    pusher.assert_called_once_with(app_id="1", key="key", secret="secret", cluster="eu")
    pusher.return_value.trigger.assert_called_once_with(["news"], "event", {"a": 1})


WITHOUT_DRF = """
import sys
sys.modules["rest_framework"] = None  # as if it were not installed
from importlib import util
found = util.find_spec
util.find_spec = lambda name, package=None: None if name == "rest_framework" else found(name, package)
from django.conf import settings
settings.configure(INSTALLED_APPS=["drf_model_pusher"], SECRET_KEY="a secret")
import django
django.setup()
from django.core import checks
print([message.id for message in checks.run_checks(include_deployment_checks=False)])
try:
    import drf_model_pusher.views
except ImportError as error:
    print(error)
from drf_model_pusher.backends import PusherBackend
"""


def test_without_rest_framework_the_remedy_is_said() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", WITHOUT_DRF],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PYTHONPATH": str(SOURCES)},
    )
    assert done.returncode == 0, done.stderr
    assert "onair.E060" in done.stdout
    assert 'Run: pip install "django-onair[drf]"' in done.stdout


def test_importing_onair_imports_no_rest_framework() -> None:
    script = (
        "import sys, onair, onair.rest, django; from django.conf import settings;"
        "settings.configure(INSTALLED_APPS=['onair'], SECRET_KEY='s'); django.setup();"
        "sys.exit('rest_framework' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True, env={"PYTHONPATH": str(SOURCES)})
