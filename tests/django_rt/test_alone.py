"""A project that has ``"django_rt"`` in INSTALLED_APPS, with onair and without it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.django_rt.samples import TEMPLATE
from tests.pusherable.test_alone import Project

SETTINGS = """
from pathlib import Path
BASE_DIR = Path(__file__).parent
SECRET_KEY = "a secret"
USE_TZ = True
INSTALLED_APPS = [{apps}]
MIDDLEWARE = ["django.middleware.csrf.CsrfViewMiddleware"]
ROOT_URLCONF = "site_urls"
TEMPLATES = [{{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [BASE_DIR]}}]
DATABASES = {{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}}}
STATIC_URL, STATIC_ROOT = "static/", BASE_DIR / "collected"
"""

URLS = """
from django.urls import include, path
from django_rt.views import RTResponse, RTView

class ExampleView(RTView):
    template_name = 'example.html'
    def get_context_data(self, **kwargs):
        context = super(ExampleView, self).get_context_data(**kwargs)
        context['entries'] = ['a', 'b', 'c']

    @RTView.event('click', '#mybutton')
    def mybutton_click(self, request, gathered='#myinput'):
        return RTResponse('#result', 'Result: '+gathered)

urlpatterns = [path("", ExampleView.as_view()), path("onair/", include("onair.urls"))]
"""

TEST = """
import json, re
from django.test import SimpleTestCase

class ExampleTest(SimpleTestCase):
    def test_a_click(self):
        page = self.client.get("/")
        self.assertContains(page, "onair/onair.js")
        told = json.loads(re.search(rb'id="onair-live">(.*?)<', page.content)[1])
        headers = {"x-onair-event": "0", "x-onair-token": told["token"]}
        answer = self.client.post("/", {"gathered": "<"}, headers=headers)
        self.assertEqual(answer.json()["ops"], [["html", "#result", "Result: &lt;"]])
"""


def make_project(folder: Path, *apps: str) -> Project:
    listed = "".join(f'"{app}", ' for app in apps)
    (folder / "site_settings.py").write_text(SETTINGS.format(apps=listed))
    (folder / "site_urls.py").write_text(URLS)
    (folder / "example.html").write_text(TEMPLATE)
    (folder / "test_example.py").write_text(TEST)
    return Project(folder)


@pytest.mark.parametrize(
    "apps",
    [
        ["django_rt"],
        ["django_rt.apps.DjangoRtConfig"],
        ["onair", "django_rt"],
        ["pusherable", "drf_model_pusher", "django_rt"],
        ["django.contrib.contenttypes", "django.contrib.auth", "onair"],
    ],
    ids="+".join,
)
def test_the_sample_runs_as_printed(tmp_path: Path, apps: list[str]) -> None:
    assert "Ran 1 test" in make_project(tmp_path, *apps).manage("test", "--verbosity=1")


def test_its_check_says_what_is_missing_without_onair(tmp_path: Path) -> None:
    output = make_project(tmp_path, "django_rt").manage("check")
    assert "onair.W090" in output
    assert 'Add "onair"' in output
    assert "1 issue" in output


def test_with_onair_its_check_has_nothing_to_say(tmp_path: Path) -> None:
    assert "onair.W090" not in make_project(tmp_path, "onair", "django_rt").manage("check")


def test_its_commands_and_static_files_are_those_of_onair(tmp_path: Path) -> None:
    project = make_project(tmp_path, "django.contrib.staticfiles", "django_rt", "pusherable")
    assert "Serves the sockets of this site" in project.manage("onair", "--help")
    output = project.manage("collectstatic", "--noinput", "--verbosity=2")
    assert output.count("onair/onair.js'") == 1
    assert "Found another file" not in output
