"""What happens in a page is handled by its view, and what the answer says is done."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenWindow
from tests.browser.served import Served, serving
from tests.browser.windows import LOST_SERVER

#: What the browser says of an answer that is an error, and the page after it.
REFUSED = re.compile(rf"Failed to load resource|^onair: |{LOST_SERVER.pattern}")

OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    script = Path(__file__).with_name("events_site.py")
    with serving(Served(tmp_path_factory.mktemp("events"), script)) as site:
        yield site


@pytest.fixture
def open_page(site: Served, open_window: OpenWindow) -> OpenPage:
    def open_one(
        name: str, *, user: str = "", tolerated: re.Pattern[str] = LOST_SERVER, **options: Any
    ) -> Page:
        window = open_window(tolerated, **options)
        if user:
            window.context.add_cookies([{"name": "name", "value": user, "url": site.url}])
        window.page.goto(f"{site.url}/{name}/")
        return window.page

    return open_one


def let_go_on(page: Page, site: Served, whether: bool = True) -> None:
    page.request.get(f"{site.url}/go-on/{int(whether)}/")


def told(page: Page) -> Any:
    expect(page.locator("#told")).not_to_be_empty()
    return json.loads(page.locator("#told").inner_text())


def test_the_sample_of_django_rt_shows_what_was_typed(open_page: OpenPage) -> None:
    page = open_page("sample")
    page.fill("#myinput", "<b>hi")
    page.click("#mybutton b")
    expect(page.locator("#result")).to_have_text("Result: <b>hi")


def test_a_handler_is_told_the_values_of_all_kinds_of_elements(open_page: OpenPage) -> None:
    page = open_page("gathering")
    page.set_input_files("#file", {"name": "a.txt", "mimeType": "text/plain", "buffer": b"one"})
    page.set_input_files(
        "#files", [{"name": name, "mimeType": "text/plain", "buffer": b"x"} for name in ("b.txt", "c.txt")]
    )
    page.evaluate("document.querySelector('#told').click()")
    assert told(page) == {
        "text": "typed",
        "area": "two\r\nlines",
        "hidden": "h",
        "on": True,
        "off": False,
        "radio": "2",
        "no_radio": "",
        "one": "b",
        "many": ["x", "z"],
        "few": [],
        "tags": ["t1", "t2"],
        "paragraph": "some text",
        "valued": "7",
        "rows": ["one", "two"],
        "boxes": ["b1"],
        "named": {"text": "typed", "on": True, "gone": ""},
        "nothing": "",
        "file": {"name": "a.txt", "content": "one"},
        "files": [{"name": "b.txt", "content": "x"}, {"name": "c.txt", "content": "x"}],
    }


def test_this_is_the_element_that_the_event_came_from(open_page: OpenPage) -> None:
    page = open_page("gathering")
    page.locator(".go").last.click()
    assert told(page) == {"button": "v", "name": ""}
    page.locator(".item").first.dispatch_event("dblclick")
    expect(page.locator("#told")).to_contain_text("i1")
    assert told(page) == {"item": "i1", "name": "n1"}


def test_events_that_do_not_bubble_are_heard(open_page: OpenPage) -> None:
    page = open_page("gathering")
    page.focus("#text")
    expect(page.locator("#told")).to_have_text("focused")


def test_a_form_that_is_not_valid_says_so_in_its_place(open_page: OpenPage) -> None:
    page = open_page("form")
    page.click("#send")
    field = page.locator("#id_text")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description("This field is required.")
    page.fill("#id_text", "spam")
    page.click("#send")
    expect(page.get_by_role("alert")).to_have_text("No <spam>.")
    expect(field).not_to_have_attribute("aria-invalid", "true")
    expect(page.locator(".errorlist")).to_have_count(1)


def test_a_valid_form_is_handled_with_its_files_and_its_button(open_page: OpenPage) -> None:
    page = open_page("form")
    page.click("#send")
    page.fill("#id_text", "hi")
    page.set_input_files("#id_photo", {"name": "p.png", "mimeType": "image/png", "buffer": b"1" * 100_000})
    page.evaluate("addEventListener('onair:progress', ({ detail }) => (window.progress = detail))")
    page.click("#send")
    assert told(page) == {"text": "hi", "photo": "p.png", "how": "loud"}
    expect(page.locator(".errorlist")).to_have_count(0)
    expect(page.locator("#id_text")).to_have_value("")
    expect(page.get_by_role("status").filter(has_text="Said.")).to_be_visible()
    progress = page.evaluate("progress")
    assert progress["loaded"] == progress["total"] > 100_000


def test_a_form_works_without_a_script(open_page: OpenPage) -> None:
    page = open_page("form", java_script_enabled=False)
    page.fill("#id_text", "spam")
    page.click("#send")
    expect(page.locator(".errorlist")).to_have_text("No <spam>.")
    expect(page.locator("#id_text")).to_have_value("spam")
    page.fill("#id_text", "hi")
    page.click("#send")
    expect(page.locator(".errorlist")).to_have_count(0)
    expect(page.locator("#id_text")).to_have_value("")


def test_the_steps_of_an_answer_are_done(open_page: OpenPage) -> None:
    page = open_page("steps")
    page.fill("#field", "changed")
    page.click("#do")
    expect(page.locator("#list li")).to_have_text(["first", "0", "<1>"])
    expect(page.locator(".gone")).to_have_count(0)
    expect(page.locator("#field")).to_have_value("begun")
    expect(page.locator("#field")).to_be_focused()
    toast = page.locator(".onair-toast.onair-warning")
    expect(toast).to_have_text("<b>Done")
    toast.click()
    expect(toast).to_have_count(0)


def test_what_the_page_has_prevented_reaches_no_handler(open_page: OpenPage) -> None:
    page = open_page("steps")
    once = "(event) => event.preventDefault(), {once: true}"
    page.evaluate(f"document.querySelector('#asked').addEventListener('click', {once})")
    page.click("#do")
    page.click("#do")
    expect(page.locator("#list li")).to_have_text(["first", "0", "<1>"])


def test_an_answer_opens_another_page(open_page: OpenPage) -> None:
    page = open_page("steps")
    page.click("#away")
    expect(page).to_have_url(re.compile(r"/sample/\?from=steps$"))


def test_who_presses_twice_means_once(open_page: OpenPage, site: Served) -> None:
    page = open_page("waiting")
    let_go_on(page, site, False)
    page.dblclick("#text")
    expect(page.locator("#text")).to_have_attribute("aria-busy", "true")
    expect(page.locator("#text")).to_have_text("Saving: now")
    let_go_on(page, site)
    expect(page.locator("#log li")).to_have_count(1)
    expect(page.locator("#text i")).to_have_text("Save")
    page.click("#text")
    expect(page.locator("#log li")).to_have_count(2)


def test_of_what_is_typed_meanwhile_the_last_is_sent(open_page: OpenPage, site: Served) -> None:
    page = open_page("waiting")
    let_go_on(page, site, False)
    page.locator("#typing").press_sequentially("abc")
    let_go_on(page, site)
    expect(page.locator("#log li")).to_have_text(["a", "abc"])


def test_what_was_promised_is_taken_back_when_it_fails(open_page: OpenPage, site: Served) -> None:
    page = open_page("waiting", tolerated=REFUSED)
    let_go_on(page, site, False)
    page.click("#item button")
    expect(page.locator("#item")).to_be_hidden()
    let_go_on(page, site)
    expect(page.locator("#item")).to_be_visible()


def test_a_button_that_was_disabled_has_the_focus_again(open_page: OpenPage, site: Served) -> None:
    page = open_page("waiting")
    let_go_on(page, site, False)
    page.focus("#disable")
    page.keyboard.press("Enter")
    expect(page.locator("#disable")).to_be_disabled()
    let_go_on(page, site)
    expect(page.locator("#disable")).to_be_enabled()
    expect(page.locator("#disable")).to_be_focused()


@pytest.mark.parametrize(
    ("button", "detail"),
    [
        (
            "#forbidden",
            {"status": 403, "message": "Your session has ended. Reload the page.", "reload": True},
        ),
        ("#broken", {"status": 500, "message": "That did not work. Try again.", "reload": False}),
    ],
)
def test_a_failure_is_shown_and_told_to_the_page(open_page: OpenPage, button: str, detail: Any) -> None:
    page = open_page("waiting", tolerated=REFUSED)
    page.evaluate("addEventListener('onair:error', ({ detail }) => (window.failure = detail))")
    page.click(button)
    expect(page.get_by_role("alert")).to_have_text(detail["message"])
    assert page.evaluate("failure") == detail


def test_a_page_takes_a_failure_for_itself(open_page: OpenPage) -> None:
    page = open_page("waiting", tolerated=re.compile("Failed to load resource"))
    page.evaluate(
        "addEventListener('onair:error', (event) => (event.preventDefault(), (document.title = 'ours')))"
    )
    page.click("#broken")
    expect(page).to_have_title("ours")
    expect(page.locator(".onair-toast")).to_have_count(0)


def test_a_page_of_another_user_says_that_it_has_to_be_reloaded(open_page: OpenPage, site: Served) -> None:
    page = open_page("sample", tolerated=REFUSED)
    page.context.add_cookies([{"name": "name", "value": "anna", "url": site.url}])
    page.click("#mybutton")
    expect(page.get_by_role("alert")).to_have_text(
        "You have logged in or out since this page was opened. Reload it."
    )


def test_a_site_that_is_gone_is_told(open_page: OpenPage) -> None:
    page = open_page("sample", tolerated=re.compile("."))
    page.route("**/sample/", lambda route: route.abort())
    page.click("#mybutton")
    expect(page.get_by_role("alert")).to_have_text("That did not work. Try again.")


def test_a_toast_from_python_reaches_its_user_alone(open_page: OpenPage, site: Served) -> None:
    anna, ben = open_page("sample", user="anna"), open_page("sample", user="ben")
    for page in (anna, ben):
        page.wait_for_function("() => onair.user.signedIn")
    ben.request.get(f"{site.url}/toast/anna/")
    expect(anna.locator(".onair-toast")).to_have_text("For <you>")
    ben.request.get(f"{site.url}/toast/ben/")
    expect(ben.locator(".onair-toast")).to_have_count(1)
