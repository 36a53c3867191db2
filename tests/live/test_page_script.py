"""The client's second file: the pages that need it load it, once and with their nonce; buttons have words."""

from __future__ import annotations

import json
import re
import struct
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import RequestFactory
from django.utils import translation
from django.utils.translation import trans_real
from pytest_django import Settings

from onair.live.templating.scripts import needs_page_script
from onair.live.wrapping import live_view

PAGE_SCRIPT = re.compile(
    r'<script src="/static/onair/onair-page\.js" defer( nonce="\w+")? data-onair-page="">'
)
DATA = re.compile(r'id="onair-live">(.*?)</script>')


def page(options: str, *, head: str = "", body: str = "") -> str:
    template = f"{{% load onair %}}<head>{head}</head><p>{{% live {options} %}}text{{% endlive %}}</p>{body}"

    @live_view
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(engines["django"].from_string(template).render({}, request))

    request = RequestFactory().get("/")
    request.csp_nonce = "n1"  # type: ignore[attr-defined]
    return view(request).content.decode()


def texts(html: str) -> Any:
    found = DATA.search(html)
    assert found
    return json.loads(found[1]).get("texts")


@pytest.mark.parametrize("option", ['announce="{n} new"', 'mode="pill"', "pause"])
def test_a_region_that_wants_more_than_to_follow_brings_the_second_file(option: str) -> None:
    html = page(option)
    assert [found[1] for found in PAGE_SCRIPT.finditer(html)] == [' nonce="n1"']
    assert html.index("onair.js") < html.index("onair-page.js") < html.index("</head>")


def test_a_page_that_only_follows_does_not_load_it() -> None:
    html = page("")
    assert "onair.js" in html
    assert "onair-page.js" not in html


@pytest.mark.parametrize(
    ("more", "needed"),
    [
        ({}, False),
        ({"events": []}, False),
        ({"events": [{"on": "click"}]}, True),
        ({"presence": [{"channel": "presence-a"}]}, True),
        ({"regions": {"a": {"v": "1"}}}, False),
        ({"regions": {"a": {"v": "1", "pause": True}}}, True),
    ],
)
def test_a_pages_data_says_whether_it_needs_the_second_file(more: dict[str, Any], needed: bool) -> None:
    assert needs_page_script({"regions": {}, **more}) is needed


def test_a_page_with_toasts_loads_it_once() -> None:
    for option in ("", "pause"):
        assert page(option, body="{% onair_toasts %}").count("onair-page.js") == 1


def test_a_pages_own_client_is_not_loaded_twice() -> None:
    html = page("pause", head="{% onair_script %}")
    assert html.count("onair/onair.js") == html.count("onair-page.js") == 1


def test_the_buttons_have_words_where_there_are_any() -> None:
    for option in ("pause", 'mode="pill"'):
        words = texts(page(option))
        assert words.pop("pill").startswith("{n} new")
        assert words == {"pause": "Pause updates", "resume": "Resume updates"}
    assert texts(page('announce="new"')) is None


def test_the_words_are_in_the_language_of_the_page(settings: Settings, tmp_path: Path) -> None:
    write_catalog(tmp_path / "de" / "LC_MESSAGES" / "django.mo", {"Pause updates": "Anhalten"})
    settings.LOCALE_PATHS = [tmp_path]
    try:
        with translation.override("de"):
            assert texts(page("pause"))["pause"] == "Anhalten"
    finally:
        trans_real._translations.pop("de", None)


def write_catalog(path: Path, words: dict[str, str]) -> None:
    """Write what msgfmt makes of translations."""
    entries = sorted({"": "Content-Type: text/plain; charset=UTF-8\n", **words}.items())
    texts = [text.encode() for pair in zip(*entries, strict=True) for text in pair]
    place, table = 28 + 8 * len(texts), b""
    for text in texts:
        table += struct.pack("<2I", len(text), place)
        place += len(text) + 1
    head = struct.pack("<7I", 0x950412DE, 0, len(entries), 28, 28 + 8 * len(entries), 0, place)
    path.parent.mkdir(parents=True)
    path.write_bytes(head + table + b"".join(text + b"\0" for text in texts))
