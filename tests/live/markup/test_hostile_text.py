"""Row content never becomes a mark, a marker, an anchor, or markup."""

from __future__ import annotations

from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onair.live.markup import Kind, Marks, clean, diff, parse
from tests.live.markup import dom
from tests.live.markup.applying import apply
from tests.live.markup.marking import MARKS, NONCE, bindings, blocks, read
from tests.live.markup.places import BODY

HOSTILE = [
    "<script>alert(1)</script>",
    "-->",
    "--!>",
    "<!--",
    "<!--o:0-->",
    "<!--/o:0-->",
    "]]>",
    "\"' onclick=x",
    "&lt;",
    "&copy=1",
    "</textarea></title>",
    "\ufdd0",
    "\ufdd1",
    "\ufdd0r:x\ufdd1",
    MARKS.close().replace(NONCE, "4712"),
    Marks("4712").open(Kind.REGION, "x"),
    "\0\r\n\ud800",
    "{{ x }}",
]
hostile = pytest.mark.parametrize("text", HOSTILE)


def page(text: str) -> str:
    value = f"{MARKS.open(Kind.VALUE)}{escape(text)}{MARKS.close()}"
    return (
        f'{BODY}<p>{value}</p><p title="{value}">b</p><textarea>{value}</textarea>'
        f"{MARKS.open(Kind.LIST)}{MARKS.open(Kind.ITEM, text)}c{MARKS.close()}{MARKS.close()}"
    )


@hostile
def test_content_stays_content(text: str) -> None:
    document = parse(page(text), NONCE)
    assert dom.markers(document.html.replace("\ud800", "?").replace("\0", "?")) == (3, 2)
    assert (len(blocks(document.root)), len(bindings(document.root))) == (3, 2)
    assert not document.regions


@settings(deadline=None)
@given(
    st.lists(st.sampled_from([*HOSTILE, "a", " "])).map("".join),
    st.lists(st.sampled_from(HOSTILE)).map("".join),
)
def test_content_replaces_content(old: str, new: str) -> None:
    before, after = parse(page(old), NONCE).root, parse(page(new), NONCE).root
    applied = apply(before.html, diff(before, after) or [])
    assert applied.replace("\r\n", "\n") == after.html.replace("\r\n", "\n")


@hostile
def test_cleaned_text_holds_no_mark(text: str) -> None:
    assert not {"\ufdd0", "\ufdd1"} & set(clean(text))
    assert len(clean(text)) == len(text)


@pytest.mark.parametrize(
    "forged", ["<!--o:0-->", "<!--/o:0-->", "<!o:0>", "<!/o:0>", "<//o:0>", "<!--o:r:a--!>"]
)
def test_a_comment_of_the_page_is_no_marker(forged: str) -> None:
    document = read(f"{BODY}{{v}}a{{/}}{forged}{{v}}b{{/}}")
    assert dom.markers(document.html)[0] == 2


def test_an_anchor_of_the_page_is_none() -> None:
    document = read(f"{BODY}<p data-o='0'>a</p><p title='{{v}}b{{/}}' DATA-O=0>c</p>")
    assert document.html == f"{BODY}<p data-o-='0'>a</p><p data-o=\"0\" title='b' DATA-O-=0>c</p>"


def test_marks_of_another_page_are_text() -> None:
    other = Marks("4712")
    text = f"{other.open(Kind.REGION, 'x')}a{other.close()}"
    document = parse(f"{BODY}<p>{text}</p>", NONCE)
    assert document.html == f"{BODY}<p>\ufffd4712rx\ufffda\ufffd4712/\ufffd</p>"


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(["{v}", "{r:a}", "{l}", "{i:1}", "{/}", "<p>", "</p>", "<a b='", "'>", "x", "\ufdd0"])
    )
)
def test_nothing_fails_the_reader(pieces: list[str]) -> None:
    document = read(BODY + "".join(pieces))
    assert dom.markers(document.html)[0] == len(blocks(document.root))


def test_a_key_of_any_characters_is_a_label_of_few() -> None:
    document = read(f"{BODY}{{l}}{{i:a--b}}1{{/}}{{i:é/ =>}}2{{/}}{{/}}")
    assert "<!--o:a-=2Db-->1" in document.html
    assert "<!--o:=C3=A9=2F=20=3D=3E-->2" in document.html


def test_what_stands_for_a_secret_is_html_as_it_was_given() -> None:
    placeholder = '<input type="hidden" value="" data-what--ever>'
    document = read("{r:a}{s:" + placeholder + "}hush{/}{/}")
    assert document.regions["a"].html == placeholder


def test_a_secret_is_in_the_page_and_in_no_tree() -> None:
    page = (
        f"{BODY}{{r:a}}<input value='{{s:token}}hush{{/}}'>{{v}}b{{s:token}}hush{{/}}{{/}}{{/}}<p>token</p>"
    )
    document = read(page)
    assert document.html.count("hush") == 2
    assert document.html.count("token") == 1
    for block in (document.root, document.regions["a"]):
        assert "hush" not in block.html
    assert document.regions["a"].html == "<input value='token'><!--o:0-->btoken<!--/o:0-->"
    assert diff(document.root, read(page.replace("hush", "other")).root) is None
