"""A project that has ``"pusherable"`` in INSTALLED_APPS, and nothing else of this package."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import onair

SOURCES = Path(onair.__file__).parent.parent

SETTINGS = """
from pathlib import Path
BASE_DIR = Path(__file__).parent
SECRET_KEY = "a secret"
DEBUG = True
USE_TZ = True
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
    "django.contrib.staticfiles", {apps}]
MIDDLEWARE = ["django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware"]
ROOT_URLCONF = "pusherable.example.urls"
TEMPLATES = [{{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}}]
DATABASES = {{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}}}
STATIC_URL, STATIC_ROOT = "static/", BASE_DIR / "collected"
STATICFILES_DIRS = [BASE_DIR / "assets"]
PUSHER_APP_ID, PUSHER_KEY, PUSHER_SECRET = "1", "the-key", "the-secret"
"""

#: A test as the old package's own one was, and as its users wrote theirs after it.
TEST = """
from unittest import mock
from django.contrib.auth.models import User
from django.test import RequestFactory, TestCase
from pusherable.example.models import PusherableExample
from pusherable.example.views import PusherableExampleDetail

class ExampleTest(TestCase):
    def setUp(self):
        self.user = User.objects.create_user(username="pusher", password="secret")
        self.object = PusherableExample.objects.create(text="This is some example text")

    @mock.patch("pusherable.mixins.Pusher")
    def test_the_page(self, Pusher):
        request = RequestFactory().get("/1/")
        request.user = self.user
        response = PusherableExampleDetail.as_view()(request, pk=self.object.pk)
        Pusher.return_value.trigger.assert_called_once_with(
            ["pusherableexample_%s" % self.object.pk],
            "view",
            {"object": {"id": self.object.pk, "text": self.object.text}, "user": "pusher"},
        )
        self.assertContains(response.render(), 'data-onair-cluster="mt1"')
        self.assertContains(response, 'data-onair-channel="pusherableexample_%s"' % self.object.pk)
        self.assertContains(response, 'data-onair-event="view"')

    def test_the_url(self):
        with mock.patch("pusher.Pusher.trigger") as trigger:
            self.assertContains(self.client.get("/%s/" % self.object.pk), self.object.text)
        self.assertEqual(trigger.call_count, 1)
"""


@dataclass(frozen=True)
class Project:
    """A project in a folder of its own, whose commands run in processes of their own."""

    folder: Path

    def manage(self, *arguments: str) -> str:
        """Run a command of Django's, and return all that it prints."""
        done = subprocess.run(
            [sys.executable, "-W", "error", "-m", "django", *arguments],
            cwd=self.folder,
            env=os.environ
            | {
                "PYTHONPATH": os.pathsep.join((str(self.folder), str(SOURCES))),
                "DJANGO_SETTINGS_MODULE": "site_settings",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout


def make_project(folder: Path, apps: str) -> Project:
    (folder / "site_settings.py").write_text(SETTINGS.format(apps=apps))
    (folder / "assets").mkdir()
    return Project(folder)


def add_pusher_js(project: Project) -> None:
    """Give the project a pusher-js, whether this checkout has fetched it or not."""
    vendor = project.folder / "assets" / "onair" / "vendor"
    vendor.mkdir(parents=True)
    (vendor / "pusher.min.js").touch()


@pytest.fixture
def alone(tmp_path: Path) -> Project:
    return make_project(tmp_path, '"pusherable"')


def test_its_check_says_what_onair_would_bring(alone: Project) -> None:
    output = alone.manage("check")
    assert "onair.I055" in output
    assert "1 issue" in output


def test_without_the_settings_of_hosted_pusher_it_is_told_that_onair_is_missing(alone: Project) -> None:
    with (alone.folder / "site_settings.py").open("a") as settings:
        settings.write("PUSHER_APP_ID = PUSHER_KEY = PUSHER_SECRET = ''\n")
    output = alone.manage("check")
    assert "onair.W058" in output
    assert 'Add "onair"' in output
    assert "1 issue" in output


def test_its_settings_are_checked(alone: Project) -> None:
    with (alone.folder / "site_settings.py").open("a") as settings:
        settings.write("PUSHER_SECRET = ''\n")
    with pytest.raises(AssertionError, match=r"onair\.E003"):
        alone.manage("check")


def test_its_static_files_are_found(alone: Project) -> None:
    alone.manage("collectstatic", "--noinput")
    assert (alone.folder / "collected" / "onair" / "pusherable.js").is_file()


def test_its_commands_are_those_of_onair(alone: Project) -> None:
    assert "Serves the sockets of this site" in alone.manage("onair", "--help")


@pytest.mark.parametrize(
    "apps", ['"pusherable", "pusherable.example"', '"onair", "pusherable", "pusherable.example"']
)
def test_the_tests_of_its_users_are_green(tmp_path: Path, apps: str) -> None:
    project = make_project(tmp_path, apps)
    add_pusher_js(project)
    (tmp_path / "test_example.py").write_text(TEST)
    assert "Ran 2 tests" in project.manage("test", "--verbosity=1")


@pytest.mark.parametrize("apps", ['"onair", "pusherable"', '"pusherable", "onair.apps.OnAirConfig"'])
def test_beside_onair_no_file_is_found_twice(tmp_path: Path, apps: str) -> None:
    project = make_project(tmp_path, apps)
    output = project.manage("collectstatic", "--noinput", "--verbosity=2")
    assert "Found another file" not in output
    assert output.count("onair/pusherable.js'") == 1
    assert "onair.I055" not in project.manage("check")
