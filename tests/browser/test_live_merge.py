"""What a page keeps when the server changes a region: one row of the table a test, by operations and by the
whole HTML, with and without the browser's own way to move nodes."""

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
        f"\n<li><b>{text or f'Item {key}'}</b> <input name=note> "
        "<details><summary>More</summary>of it</details>"
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
    server = page.evaluate("live.base.querySelector('#list').textContent")
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
        const create = (name, properties) => Object.assign(document.createElement(name), properties);
        document.querySelector('#list').append(create('li', { className: 'extra' }));
        document.querySelector('li:nth-child(3)').append(create('i', { id: 'badge' }));
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


@pytest.mark.parametrize("whole", [False, True], ids=["operation", "whole"])
def test_what_is_left_out_of_a_region_stays_when_all_around_it_changes(page: Page, whole: bool) -> None:
    def html(text: str, own: str) -> str:
        return block(0, f"<p class='{text}'>{text}{block('s:1', own)}<i>{text}</i></p>{block('s:2', own)}")

    live = LivePage(page, html("old", "<input><b>mine</b>"))
    page.locator("input").first.fill("typed")
    page.evaluate("document.querySelector('b').textContent = 'changed by a script'")
    if whole:
        live.replace(html("new", ""))
    else:
        live.apply(["h", [0], html("new", "")[len("<!--o:0-->") : -len("<!--/o:0-->")]])
    assert page.locator("p.new > i").text_content() == "new"
    assert page.locator("b").all_text_contents() == ["changed by a script", "mine"]
    assert [field.input_value() for field in page.locator("input").all()] == ["typed", ""]


def test_the_focus_of_what_goes_goes_to_its_neighbour(live: LivePage, way: Way) -> None:
    live.page.locator("li:nth-child(2) input").focus()
    way.update(live)
    focused = "document.activeElement.closest('li').querySelector('b').textContent"
    assert live.page.evaluate(focused) == "Changed 3"
    assert live.page.evaluate("document.activeElement.localName") == "input"


# Controls: what the server says of them is a default.

FORM = """<form id=form>
<input id=name value="{name}"><input id=amount type=number value="{amount}">
<textarea id=text>{text}</textarea>
<select id=room>{rooms}</select><input type=checkbox id=agreed{agreed}>
<input type=radio name=size id=small{small}><input type=radio name=size id=large{large}>
<input type=radio name=size id=huge></form>"""

SAID = {"name": "Ann", "amount": 1, "text": "old", "agreed": "", "small": " checked", "large": ""}
ROOMS = "<option value=1>One<option value=2 selected>Two<option value=3>Three"
ROOMS_LATER = "<option value=0>None<option value=1>One<option value=2>Two<option value=3 selected>Three"


def form(rooms: str = ROOMS, **changed: object) -> str:
    return FORM.format(rooms=rooms, **SAID | changed)


LATER = form(ROOMS_LATER, name="Bea", amount=2, text="new", agreed=" checked", small="", large=" checked")


def test_controls_that_nobody_has_touched_follow_the_server(page: Page) -> None:
    live = LivePage(page, form())
    live.replace(LATER)
    values = [page.input_value(name) for name in ("#name", "#amount", "#text", "#room")]
    assert values == ["Bea", "2", "new", "3"]
    assert page.is_checked("#agreed")
    assert page.is_checked("#large")
    assert live.conflicts == []


def test_controls_keep_what_the_user_has_said_and_tell_of_the_conflict(page: Page) -> None:
    live = LivePage(page, form())
    page.fill("#name", "Cleo")
    page.fill("#amount", "7")
    page.fill("#text", "mine")
    page.select_option("#room", "1")
    page.check("#huge")
    live.replace(LATER)
    values = [page.input_value(name) for name in ("#name", "#amount", "#text", "#room")]
    assert values == ["Cleo", "7", "mine", "1"]
    assert page.is_checked("#huge")
    assert [heard[0] for heard in live.conflicts] == ["name", "amount", "text", "room", "large"]
    assert page.locator("#name.onair-conflict").count() == 1

    live.replace(LATER.replace("Bea", "Cleo"))
    assert page.locator("#name.onair-conflict").count() == 0


def test_what_the_server_does_not_change_is_the_users(page: Page) -> None:
    live = LivePage(page, form())
    page.fill("#name", "Cleo")
    page.select_option("#room", "1")
    page.check("#agreed")
    live.replace(form(text="new"))
    assert page.input_value("#name") == "Cleo"
    assert page.input_value("#room") == "1"
    assert page.is_checked("#agreed")
    assert page.input_value("#text") == "new"
    assert live.conflicts == []


def test_options_come_and_go_around_the_users_choice(page: Page) -> None:
    options = {key: f"<option value={key}>{key}</option>" for key in "123"}
    items = "".join(block(key, html) for key, html in options.items())
    live = LivePage(page, f"<select id=room>{block(0, items)}</select>")
    page.select_option("#room", "2")
    live.apply(["i", [0], "9", "1", "<option value=9>9</option>"], ["d", [0], "3"])
    assert page.input_value("#room") == "2"
    assert page.locator("option").all_text_contents() == ["9", "1", "2"]


def test_text_that_is_being_composed_is_left_alone(page: Page) -> None:
    items = block(1, "<li>a</li>") + block(2, "<li><input id=name value=x></li>")
    live = LivePage(page, f"<ul>{block(0, items)}</ul>")
    page.focus("#name")
    devtools = page.context.new_cdp_session(page)
    devtools.send("Input.imeSetComposition", {"text": "ni", "selectionStart": 2, "selectionEnd": 2})
    live.apply(["h", [0, "2"], "<li><input id=name value=y></li>"], ["m", [0], "2", "1"])
    devtools.send("Input.imeSetComposition", {"text": "nih", "selectionStart": 3, "selectionEnd": 3})
    devtools.send("Input.insertText", {"text": "\u4f60"})
    assert page.input_value("#name") == "\u4f60x"


# Where HTML has rules of its own.


def test_attributes_and_texts_are_set_on_their_own(page: Page) -> None:
    live = LivePage(
        page, '<p id=p data-o="0 1" title=old class="a b">x</p><textarea id=t data-o=2>old</textarea>'
    )
    page.evaluate("document.querySelector('#p').classList.add('own')")
    live.apply(["a", [0], "title", 'a "new" <one>'], ["a", [1], "class", "b c"], ["t", [2], "new <b>"])
    assert page.get_attribute("#p", "title") == 'a "new" <one>'
    assert page.get_attribute("#p", "class") == "b own c"
    assert page.input_value("#t") == "new <b>"


def test_rows_come_into_a_table_that_had_none(page: Page) -> None:
    live = LivePage(page, block(0, ""), "<table id=table>{region}</table>")
    live.apply(["i", [0], "1", None, "<tr><td>one</td></tr>"], ["i", [0], "2", "1", "<tr><td>two</td></tr>"])
    assert page.locator("table > tbody > tr > td").all_text_contents() == ["two", "one"]
    live.apply(["d", [0], "2"], ["h", [0, "1"], "<tr><td>changed</td></tr>"])
    assert page.locator("table > tbody > tr > td").all_text_contents() == ["changed"]


def test_shapes_come_into_a_drawing(page: Page) -> None:
    live = LivePage(page, f"<svg id=svg>{block(0, block(1, '<circle r=1 />'))}</svg>")
    live.apply(["i", [0], "2", None, '<circle r="2"/>'], ["h", [0, "1"], '<circle r="3"/>'])
    shapes = page.locator("circle").evaluate_all("all => all.map((c) => [c.namespaceURI, c.r.baseVal.value])")
    assert shapes == [["http://www.w3.org/2000/svg", 3], ["http://www.w3.org/2000/svg", 2]]


HOSTILE = {
    "a script": ("<script>heard.push(1)</script>", "&lt;script&gt;heard.push(1)&lt;/script&gt;"),
    "the end of a comment": ("--><b>", "--&gt;&lt;b&gt;"),
    "a marker": ("<!--/o:0-->", "&lt;!--/o:0--&gt;"),
    "quotes": ("\"'><i>", "&quot;&#x27;&gt;&lt;i&gt;"),
}


@pytest.mark.parametrize(("text", "escaped"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_stays_text(page: Page, text: str, escaped: str) -> None:
    live = LivePage(page, f"<p id=p title='' data-o=0>{block(1, 'x')}</p>{block(2, 'y')}")
    live.apply(["h", [1], escaped], ["a", [0], "title", text], ["h", [2], escaped])
    live.apply(["h", [1], escaped + "!"])
    assert page.text_content("#p") == text + "!"
    assert page.get_attribute("#p", "title") == text
    assert page.locator("b, i, body script").count() == 0
    assert live.conflicts == []


def test_scripts_of_a_patch_do_not_run(page: Page) -> None:
    live = LivePage(page, block(0, ""))
    live.apply(["h", [0], "<script src='/src/test.js'></script><script>heard.push(1)</script>"])
    live.replace("<script>heard.push(2)</script>")
    assert live.conflicts == []


def test_a_frame_moves_without_being_loaded_again(page: Page) -> None:
    items = (
        block(1, "<li><iframe src=/frame></iframe></li>") + block(2, "<li>2</li>") + block(3, "<li>3</li>")
    )
    live = LivePage(page, f"<ul>{block(0, items)}</ul>")
    page.frame_locator("iframe").locator("p").evaluate("p => p.textContent = 'used'")
    live.apply(["m", [0], "1", None])
    assert page.locator("li").all_text_contents() == ["2", "3", ""]
    assert page.frame_locator("iframe").locator("p").text_content() == "used"


def test_a_missing_marker_is_told(page: Page) -> None:
    LivePage(page, block(0, "x"))
    patch = "live.apply('r', [['h', [7], 'y']])"
    assert page.evaluate(
        f"() => {{ try {{ {patch} }} catch (error) {{ return error instanceof live.Lost }} }}"
    )


def test_who_types_is_not_disturbed_by_ten_updates_a_second(page: Page) -> None:
    LivePage(page, listing(**BEFORE))
    page.evaluate(
        """html => {
            let number = 0;
            window.updates = setInterval(() => {
                number++;
                live.apply("r", [
                    ["i", [0], `n${number}`, "1", html],
                    ["h", [0, "3"], html.replace("new", `new ${number}`)],
                    ["m", [0], "3", number % 2 ? null : "1"],
                    ...(number > 3 ? [["d", [0], `n${number - 3}`]] : []),
                ]);
                window.number = number;
            }, 100);
        }""",
        item(3, "new"),
    )
    words = "somebody writes a long line here"
    note = page.locator("li:nth-child(3) input")
    note.evaluate("note => { window.note = note; note.focus() }")
    page.keyboard.type(words, delay=40)
    page.wait_for_function("() => number > 10")
    page.evaluate("clearInterval(updates)")
    assert page.evaluate("note.value") == words
    assert page.evaluate("document.activeElement === note")
