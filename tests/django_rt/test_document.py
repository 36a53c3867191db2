from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

import django_rt.models
import django_rt.views
from onair import live
from tests.django_rt.samples import TEMPLATE
from tests.site.news.models import Article

pytestmark = pytest.mark.django_db

LOADER = ("django.template.loaders.locmem.Loader", {"example.html": TEMPLATE})


@pytest.fixture(autouse=True)
def _site(settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.django_rt.samples"
    (engine,) = settings.TEMPLATES
    options = {**engine["OPTIONS"], "loaders": [LOADER]}
    settings.TEMPLATES = [{"BACKEND": engine["BACKEND"], "OPTIONS": options}]


def items(content: bytes) -> list[str]:
    """Return the list's items, without the comments that tell the page where they are."""
    text = re.sub(r"<!--.*?-->", "", content.decode())
    return re.findall(r"<li>(.*?)</li>", text)


def told(content: bytes) -> Any:
    """Return what the page's script is told."""
    found = re.search(rb'<script type="application/json" id="onair-live">(.*?)</script>', content)
    assert found
    return json.loads(found[1])


def test_the_first_sample_renders_its_entries(client: Client) -> None:
    assert items(client.get("/example/").content) == ["a", "b", "c"]


def test_the_first_sample_answers_a_click_with_what_was_gathered(client: Client) -> None:
    page = told(client.get("/example/").content)
    (handler,) = page["events"]
    assert handler == {"on": "click", "at": "#mybutton", "gather": {"gathered": "#myinput"}}
    answer = client.post(
        "/example/",
        {"gathered": "<hi>"},
        headers={"x-onair-event": "0", "x-onair-token": page["token"]},
    )
    assert answer.json()["ops"] == [["html", "#result", "Result: &lt;hi&gt;"]]


def test_the_second_sample_renders_its_models_escaped(client: Client) -> None:
    Article.objects.create(title="<b>first")
    Article.objects.create(title="second")
    shown = items(client.get("/model-example/").content)
    assert shown == [
        str(article).replace("<", "&lt;").replace(">", "&gt;") for article in Article.objects.all()
    ]


@pytest.mark.parametrize("name", ["RTContext", "RTModelProxy", "RTResponse", "RTView"])
def test_the_names_are_those_of_live_pages(name: str) -> None:
    assert getattr(django_rt.views, name) is getattr(live, name)


def test_the_proxy_is_where_the_document_has_it() -> None:
    assert django_rt.models.RTModelProxy is live.RTModelProxy
    assert not hasattr(django_rt.models, "Entry")
