"""What a page keeps when the server changes a region: one row of the table a test, by operations and by the whole
HTML, with and without the browser's own way to move nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.live_page import LivePage
from tests.browser.windows import Window

AROUND = """
<textarea id="draft">Dear</textarea>
<select id="choice"><option value="a">A<option value="b">B</select>
<input id="tick" type="checkbox">
{region}
<iframe id="frame" src="/frame"></iframe>
"""


def item(key: int, text: str | None = None) -> str:
    """An item as a template has it, without a single id of its own."""
    return (
        f"\n<li><b>{text or f'Item {key}'}</b> <input name=note> <details><summary>More</summary>of it</details>"
        f"<div class=scroller tabindex=-1><pre>{'line<br>' * 40}</pre></div></li>\n"
    )


def block(label: int | str, html: str) -> str:
    return f"<!--o:{label}-->{html}<!--/o:{label}-->"


def listing(**items: str) -> str:
    return f"<ul id=list>{block(0, ''.join(block(key, html) for key, html in items.items()))}</ul>"


BEFORE = {str(key): item(key) for key in range(1, 7)}

#: One comes first, the second goes, the first goes to the end, the third to fifth change.
AFTER = {
    "9": item(9),
    "3": item(3, "Changed 3"),
    "4": item(4, "Changed 4"),
    "5": item(5, "Changed 5"),
    "6": item(6),
    "1": item(1),
}


def by_operations(live: LivePage) -> None:
    live.apply(
        ["i", [0], "9", "1", AFTER["9"]],
        ["d", [0], "2"],
        ["m", [0], "1", None],
        *(["h", [0, key], AFTER[key]] for key in "345"),
    )


def by_the_whole(live: LivePage) -> None:
    live.replace(listing(**AFTER))


@dataclass(frozen=True)
class Way:
    update: Callable[[LivePage], None]
    moves: bool = True


WAYS = {
    "operations": Way(by_operations),
    "operations without moveBefore": Way(by_operations, moves=False),
    "the whole": Way(by_the_whole),
    "the whole without moveBefore": Way(by_the_whole, moves=False),
}


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page of which nothing may go to the console."""
    window = Window(chromium.new_context())
    yield window.page
    window.context.close()
    assert window.problems == []


@pytest.fixture(params=WAYS.values(), ids=WAYS)
def way(request: pytest.FixtureRequest) -> Way:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def live(page: Page, way: Way) -> Iterator[LivePage]:
    """A page on which the list is before its update; at the end it is behind it."""
    page_ = LivePage(page, listing(**BEFORE), AROUND, moves=way.moves)
    yield page_
    texts = page.locator("#list b").all_text_contents()
    assert texts == ["Item 9", "Changed 3", "Changed 4", "Changed 5", "Item 6", "Item 1"]
    server = page.evaluate("mirror._root.querySelector('#list').textContent")
    assert server == page.evaluate("document.querySelector('#list').textContent")


def test_focus_and_caret_stay(live: LivePage, way: Way) -> None:
    note = live.page.locator("li:nth-child(3) input")
    note.type("written")
    note.evaluate("note => { window.note = note; note.setSelectionRange(2, 5, 'backward') }")
    way.update(live)
    assert live.page.evaluate("document.activeElement === note")
    assert live.page.evaluate("[note.selectionStart, note.selectionEnd, note.selectionDirection]") == [
        2,
        5,
        "backward",
    ]


def test_focus_and_caret_stay_in_an_item_that_moves(live: LivePage, way: Way) -> None:
    note = live.page.locator("li:nth-child(1) input")
    note.type("written")
    note.evaluate("note => { window.note = note; note.setSelectionRange(2, 5) }")
    way.update(live)
    assert live.page.evaluate("document.activeElement === note")
    assert live.page.evaluate("[note.selectionStart, note.selectionEnd]") == [2, 5]


def test_what_is_being_typed_stays(live: LivePage, way: Way) -> None:
    live.page.locator("li:nth-child(3) input").type("half a wo")
    way.update(live)
    live.page.keyboard.type("rd")
    assert live.page.locator("li:nth-child(2) input").input_value() == "half a word"


def test_what_was_typed_elsewhere_stays(live: LivePage, way: Way) -> None:
    live.page.locator("li:nth-child(5) input").fill("not saved")
    live.page.locator("li:nth-child(1) input").fill("nor this")
    way.update(live)
    assert live.page.locator("li:nth-child(4) input").input_value() == "not saved"
    assert live.page.locator("li:last-child input").input_value() == "nor this"


def test_open_details_stay_open(live: LivePage, way: Way) -> None:
    live.page.locator("li:nth-child(4) summary").click()
    way.update(live)
    assert live.page.locator("li:nth-child(3) details").evaluate("details => details.open")
    assert live.page.locator("details[open]").count() == 1


def test_drafts_choices_and_ticks_beside_the_list_stay(live: LivePage, way: Way) -> None:
    live.page.locator("#draft").fill("Dear all,\nI")
    live.page.locator("#choice").select_option("b")
    live.page.locator("#tick").check()
    way.update(live)
    assert live.page.locator("#draft").input_value() == "Dear all,\nI"
    assert live.page.locator("#choice").input_value() == "b"
    assert live.page.locator("#tick").is_checked()


def test_what_was_scrolled_inside_stays(live: LivePage, way: Way) -> None:
    live.page.evaluate("""() => {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync('.scroller { height: 2rem; overflow: auto }');
        document.adoptedStyleSheets = [sheet];
        for (const place of [1, 3]) document.querySelector(`li:nth-child(${place}) .scroller`).scrollTop = 70;
    }""")
    way.update(live)
    tops = live.page.locator(".scroller").evaluate_all("all => all.map(({ scrollTop }) => scrollTop)")
    assert tops == [0, 70, 0, 0, 0, 70]


def test_frames_are_not_loaded_again(live: LivePage, way: Way) -> None:
    live.page.frame_locator("#frame").locator("p").evaluate("p => p.textContent = 'used'")
    way.update(live)
    assert live.page.frame_locator("#frame").locator("p").text_content() == "used"


def test_what_other_scripts_have_added_stays(live: LivePage, way: Way) -> None:
    live.page.evaluate("""() => {
        document.querySelector('#list').append(Object.assign(document.createElement('li'), { className: 'extra' }));
        document.querySelector('li:nth-child(3)').append(Object.assign(document.createElement('i'), { id: 'badge' }));
        document.querySelector('li:nth-child(3)').classList.add('dragged');
    }""")
    way.update(live)
    assert live.page.locator("#list .extra").count() == 1
    assert live.page.locator("li:nth-child(2) #badge").count() == 1
    assert live.page.locator("li:nth-child(2).dragged").count() == 1


def test_a_selection_stays(live: LivePage, way: Way) -> None:
    live.page.evaluate("""() => {
        const text = document.querySelector('li:nth-child(6) b').firstChild;
        getSelection().setBaseAndExtent(text, 1, text, 4);
    }""")
    way.update(live)
    assert live.page.evaluate("String(getSelection())") == "tem"


def test_the_focus_of_what_goes_goes_to_its_neighbour(live: LivePage, way: Way) -> None:
    live.page.locator("li:nth-child(2) input").focus()
    way.update(live)
    focused = "document.activeElement.closest('li').querySelector('b').textContent"
    assert live.page.evaluate(focused) == "Changed 3"
    assert live.page.evaluate("document.activeElement.localName") == "input"
