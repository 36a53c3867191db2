"""How a page follows its regions: what it asks for, what it applies, what it does where something lacks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.scripted import CLIENT, PAGE, ScriptedPage
from tests.browser.windows import Window

BODY = "<p id=a><!--o:r:a-->{a}<!--/o:r:a--></p><ul id=b><!--o:r:b-->{b}<!--/o:r:b--></ul>"
LIST = "<!--o:0--><!--o:1--><li>one</li><!--/o:1--><!--/o:0-->"
REGIONS: dict[str, dict[str, Any]] = {"a": {"v": "a1"}, "b": {"v": "b1"}}


def added(number: int) -> list[Any]:
    return ["i", [0], f"n{number}", "1", f"<li>new {number}</li>"]


@pytest.fixture
def window(chromium: Browser) -> Iterator[Window]:
    window = Window(chromium.new_context())
    yield window
    window.context.close()
    assert window.problems == []


@pytest.fixture
def page(window: Window) -> Page:
    return window.page


def scripted(
    page: Page, body: str | None = None, told: dict[str, Any] | None = None, **more: Any
) -> ScriptedPage:
    regions = {name: about | (told or {}) for name, about in REGIONS.items()}
    return ScriptedPage(page, regions, body or BODY.format(a="old", b=LIST), **more)


def test_all_regions_are_asked_for_at_once_and_listened_to(page: Page) -> None:
    site = scripted(page)
    site.listens(2)
    assert site.asked == [{"token": "token-1", "socket_id": "1.1", "regions": {"a": "a1", "b": "b1"}}]
    assert site.subscribed == [("a", "key:a"), ("b", "key:b")]


def test_a_patch_that_fits_is_applied_and_told(page: Page) -> None:
    site = scripted(page)
    site.listens(2)
    site.says("b", p="b1", v="b2", ops=[added(1)])
    assert site.hears("patched") == [{"region": "b"}]
    assert page.locator("li").all_text_contents() == ["new 1", "one"]
    assert page.evaluate("heard[0][1].elements.map(({ textContent }) => textContent)") == ["new 1"]


def test_a_version_that_the_page_has_is_not_applied_again(page: Page) -> None:
    site = scripted(page)
    site.listens(2)
    site.says("b", p="b0", v="b1", ops=[added(1)])
    site.says("b", p="b1", v="b2", ops=[added(2)])
    site.hears("patched")
    assert page.locator("li").all_text_contents() == ["new 2", "one"]


def test_a_patch_to_another_version_lets_the_page_ask_again(page: Page) -> None:
    site = scripted(page)
    site.listens(2)
    site.says("b", p="b7", v="b8", ops=[added(8)])
    site.listens(3)
    assert site.asked[-1] == {"token": "token-2", "socket_id": "1.1", "regions": {"b": "b1"}}
    site.says("b", v="b8", html=LIST.replace("one", "whole"))
    site.hears("patched")
    assert page.locator("li").all_text_contents() == ["whole"]


def test_who_is_to_ask_again_does(page: Page) -> None:
    site = scripted(page)
    site.listens(2)
    site.says("a", again=True)
    site.listens(3)
    assert site.asked[-1]["regions"] == {"a": "a1"}


def test_a_region_that_is_too_large_is_fetched(page: Page) -> None:
    site = scripted(page)
    site.listens(2)
    site.fragment = {"r": "a", "v": "a2", "html": "fetched"}
    site.says("a", stale=True)
    site.hears("patched")
    assert site.asked[-1] == "a"
    assert page.text_content("#a") == "fetched"


def test_a_region_that_is_denied_is_blank_and_left(page: Page) -> None:
    site = scripted(page)
    site.listens(2)
    site.says("a", denied=True)
    assert site.hears("denied") == [{"region": "a"}]
    assert page.text_content("#a") == ""
    site.waits(lambda: site.frames[-1]["event"] == "pusher:unsubscribe")
    assert page.text_content("#b") == "one"


def test_a_region_that_appears_with_a_patch_is_followed(page: Page) -> None:
    site = scripted(page)
    site.listens(2)
    site.says("a", v="a2", html="<i><!--o:r:c-->inner<!--/o:r:c--></i>")
    site.listens(3)
    assert site.asked[-1]["regions"] == {"c": ""}
    site.says("c", v="c1", html="its own")
    site.hears("patched", 2)
    assert page.text_content("#a") == "its own"
    site.says("a", v="a3", html="gone")
    site.waits(
        lambda: (
            site.frames[-1] == {"event": "pusher:unsubscribe", "data": {"channel": "private-onair-live-c"}}
        )
    )


def test_after_a_break_everything_is_asked_for_with_the_versions_that_the_page_has(page: Page) -> None:
    site = scripted(page)
    site.listens(2)
    site.says("a", v="a2", html="second")
    site.hears("patched")
    site.sockets[-1].close(code=4200)
    site.listens(4)
    assert site.asked[-1] == {"token": "token-2", "socket_id": "2.1", "regions": {"a": "a2", "b": "b1"}}


def test_a_page_without_a_connection_says_that_it_is_old_after_five_seconds(page: Page) -> None:
    page.clock.install()
    site = ScriptedPage(page, REGIONS, BODY.format(a="old", b=LIST))
    page.wait_for_function("() => onair.socketId && !heard.length")
    page.evaluate("onair.disconnect()")
    page.clock.fast_forward(4_000)
    assert page.locator("[data-onair-stale]").count() == 0
    page.clock.fast_forward(1_500)
    assert site.hears("stale")[0]["stale"] is True
    assert page.locator("#a[data-onair-stale], #b[data-onair-stale]").count() == 2
    page.evaluate("onair.connect()")
    page.clock.run_for(1_000)
    assert site.hears("stale", 2)[1]["stale"] is False
    assert page.locator("[data-onair-stale]").count() == 0


def test_a_hidden_page_applies_what_it_has_missed_when_it_is_seen(page: Page) -> None:
    site = scripted(page)
    site.listens(2)
    page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
    site.says("b", p="b1", v="b2", ops=[added(1)])
    site.says("b", p="b2", v="b3", ops=[added(2)])
    site.says("a", v="a2", html="second")
    page.evaluate("() => new Promise((done) => setTimeout(done, 50))")
    assert page.evaluate("heard.length") == 0
    page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    assert len(site.hears("patched", 3)) == 3
    assert page.locator("li").all_text_contents() == ["new 1", "new 2", "one"]
    assert page.text_content("#a") == "second"


def test_what_is_new_waits_behind_a_pill(page: Page) -> None:
    site = scripted(page, told={"mode": "pill"}, texts={"pill": "{n} neue"})
    site.listens(2)
    pill = page.locator("ul#b").locator("xpath=preceding-sibling::button[1]")
    expect(pill).to_be_hidden()
    site.says("b", p="b1", v="b2", ops=[added(1), added(2)])
    expect(pill).to_have_text("2 neue")
    assert page.locator("li:visible").all_text_contents() == ["one"]
    site.says("b", p="b2", v="b3", ops=[["d", [0], "n1"]])
    expect(pill).to_have_text("1 neue")
    pill.click()
    expect(pill).to_be_hidden()
    assert page.locator("li:visible").all_text_contents() == ["new 2", "one"]
    assert page.evaluate("document.activeElement.textContent") == "new 2"


def test_a_region_stands_still_while_its_user_says_so(page: Page) -> None:
    texts = {"pause": "Pause updates", "resume": "Resume updates"}
    site = scripted(page, told={"pause": True}, texts=texts)
    site.listens(2)
    button = page.get_by_role("button", name="Pause updates").first
    button.click()
    site.says("a", v="a2", html="second")
    site.says("b", p="b1", v="b2", ops=[added(1)])
    site.hears("patched")
    expect(page.locator("#a")).to_contain_text("old")
    page.get_by_role("button", name="Resume updates").click()
    expect(page.locator("#a")).to_contain_text("second")


@pytest.mark.parametrize("scripts", [PAGE + CLIENT, CLIENT + PAGE + PAGE, PAGE + CLIENT + PAGE])
def test_the_second_script_may_come_first_or_twice(page: Page, scripts: str) -> None:
    site = scripted(page, told={"pause": True}, texts={"pause": "Pause"}, scripts=scripts)
    site.listens(2)
    assert page.get_by_role("button", name="Pause").count() == 2


def test_a_page_follows_without_the_second_script(page: Page) -> None:
    site = scripted(page, told={"announce": "{n} new"}, scripts=CLIENT)
    site.listens(2)
    site.says("a", v="a2", html="second")
    expect(page.locator("#a")).to_contain_text("second")


def test_a_region_that_its_channel_refuses_is_asked_for_again(page: Page) -> None:
    site = scripted(page, refuses=1)
    site.listens(3)
    assert [region for region, _ in site.subscribed] == ["a", "b", "a"]
    assert site.asked[-1]["regions"] == {"a": "a1"}
    site.says("a", v="a2", html="second")
    site.hears("patched")


def test_a_region_whose_site_has_failed_follows_when_it_works_again(page: Page) -> None:
    answers = [{"stale": True}]
    site = scripted(page)
    channel_of, site.exchange = site.exchange, lambda region: answers.pop() if answers else channel_of(region)
    site.fragment = {"r": "a", "v": "a2", "html": "fetched"}
    site.listens(2)
    assert page.text_content("#a") == "fetched"
    site.says("a", v="a3", html="followed")
    site.hears("patched", 2)
    assert page.text_content("#a") == "followed"


def test_what_is_new_is_announced_and_not_more_often_than_every_three_seconds(page: Page) -> None:
    page.clock.install()
    site = ScriptedPage(page, {"b": {"v": "b1", "announce": "{n} new"}}, BODY.format(a="", b=LIST))
    page.wait_for_function("() => onair.socketId")
    site.listens()
    said = page.locator("[role=status]")
    site.says("b", p="b1", v="b2", ops=[added(1), added(2)])
    site.hears("patched")
    page.clock.run_for(10)
    assert said.text_content() == "2 new"
    site.says("b", p="b2", v="b3", ops=[added(3)])
    site.hears("patched", 2)
    page.clock.run_for(2_000)
    assert said.text_content() == "2 new"
    page.clock.run_for(1_500)
    assert said.text_content() == "1 new"
    assert page.locator("#b[aria-live], #b [aria-live]").count() == 0


def test_the_forms_of_a_patch_get_the_pages_own_token(page: Page) -> None:
    site = scripted(page, csrf="its-own")
    site.listens(2)
    field = '<input type="hidden" name="csrfmiddlewaretoken" value="" data-onair-csrf>'
    site.says("a", v="a2", html=f"<b>{field}</b>")
    site.hears("patched")
    assert page.locator("[name=csrfmiddlewaretoken]").input_value() == "its-own"


def test_a_page_whose_comments_were_removed_says_so_once(window: Window) -> None:
    page = window.page
    site = scripted(page, body="<p id=a>old</p><ul id=b><!--o:r:b--><!--/o:r:b--></ul>")
    site.listens()
    assert [region for region, _ in site.subscribed] == ["b"]
    [warning] = window.problems
    assert "markers" in warning
    window.problems.clear()


def test_a_region_with_a_marker_missing_is_fetched(window: Window) -> None:
    page = window.page
    site = scripted(page, body=BODY.format(a="old", b="<li>one</li>"))
    site.listens(2)
    site.fragment = {"r": "b", "v": "b2", "html": LIST}
    site.says("b", p="b1", v="b2", ops=[added(1)])
    site.hears("patched")
    assert site.asked[-1] == "b"
    [warning] = window.problems
    assert "markers" in warning
    window.problems.clear()


def test_who_shows_who_is_there_is_there_itself_and_does_not_show_it(page: Page) -> None:
    presence = [{"channel": "presence-desk", "grant": "granted", "region": "b"}]
    site = scripted(page, presence=presence)
    site.listens(3)
    assert site.authorized == [{"name": "presence-desk", "grant": "granted"}]
    expect(page.locator("li")).to_be_hidden()
    site.says(
        "b", p="b1", v="b2", ops=[["h", [0, "1"], "<li>me</li>"], ["i", [0], "2", None, "<li>you</li>"]]
    )
    site.hears("patched")
    assert page.locator("li:visible").all_text_contents() == ["you"]
