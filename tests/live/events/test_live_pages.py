from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from onair.live.rendering import process
from tests.live.events.live_pages import TEMPLATE
from tests.site.news.models import Article

pytestmark = pytest.mark.django_db(transaction=True)

LOADER = ("django.template.loaders.locmem.Loader", {"article.html": TEMPLATE})


@pytest.fixture(autouse=True)
def _pages(settings: Settings, _site: None) -> Iterator[None]:
    settings.ROOT_URLCONF = "tests.live.events.live_pages"
    (engine,) = settings.TEMPLATES
    options = {**engine["OPTIONS"], "loaders": [LOADER]}
    settings.TEMPLATES = [{"BACKEND": engine["BACKEND"], "OPTIONS": options}]
    stop = process.start()
    yield
    stop()


@dataclass
class Open:
    """A page in a browser: what its script is told."""

    client: Client
    url: str
    text: str

    @property
    def told(self) -> Any:
        found = re.search(r'id="onair-live">(.*?)</script>', self.text)
        assert found
        return json.loads(found[1])

    def emit(self, on: str, data: Any = None) -> Any:
        told = self.told
        index = [handler["on"] for handler in told["events"]].index(on)
        headers = {
            "x-onair-event": str(index),
            "x-onair-token": told["token"],
            "x-onair-regions": json.dumps({name: region["v"] for name, region in told["regions"].items()}),
        }
        return self.client.post(self.url, data or {}, headers=headers)


def opened(title: str) -> Open:
    client, url = Client(), f"/{Article.objects.create(title=title).pk}/"
    return Open(client, url, client.get(url).content.decode())


def patched(answer: Any) -> str:
    (patch,) = answer.json()["patches"]
    return json.dumps(patch)


def test_the_answer_brings_the_page_up_to_date_with_what_its_handler_wrote() -> None:
    assert "SHOUTED" in patched(opened("quiet").emit("click"))


def test_a_model_form_is_bound_to_its_object_by_a_hook() -> None:
    page = opened("old")
    assert 'name="title" value="old"' in page.text
    answer = page.emit("submit", {"title": "new"})
    assert answer.json()["ops"] == [["toast", "Renamed.", "info"]]
    assert "new" in patched(answer)
    assert [article.title for article in Article.objects.all()] == ["new"]


def test_a_form_that_is_not_valid_writes_nothing() -> None:
    page = opened("old")
    assert page.emit("submit", {"title": ""}).json()["errors"] == {"title": ["This field is required."]}
    assert [article.title for article in Article.objects.all()] == ["old"]


def test_a_form_without_a_script_is_shown_again_in_the_live_page() -> None:
    page = opened("old")
    again = page.client.post(page.url, {"title": ""}).content.decode()
    assert "This field is required." in again
    assert page.client.post(page.url, {"title": "new"}).status_code == 303
    assert "new" in page.client.get(page.url).content.decode()
