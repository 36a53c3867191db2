from __future__ import annotations

import pytest

from onair.exceptions import ConfigurationError
from onair.live.events.selectors import as_css

UNDERSTOOD = [
    ("#mybutton", "#mybutton"),
    ("  .a > b ", ".a > b"),
    ("this", "this"),
    ("this .name", ":scope .name"),
    ("this>input", ":scope>input"),
    ("thistle .name", "thistle .name"),
    ("#f :input", "#f :is(input,select,textarea,button)"),
    (":text", ":is(input[type=text],input:not([type]))"),
    ("input:checked", "input:checked"),
    ("li:first-child, li:last-of-type", "li:first-child, li:last-of-type"),
    ("a::before", "a::before"),
    ("[data-x=':input']", "[data-x=':input']"),
    ("[data-x=:eq]", "[data-x=:eq]"),
    (r"#a\:visible", r"#a\:visible"),
    ('[title="]:first"]', '[title="]:first"]'),
    ("#ü", "#ü"),
]


@pytest.mark.parametrize(("selector", "css"), UNDERSTOOD)
def test_a_selector_is_made_into_css(selector: str, css: str) -> None:
    assert as_css(selector, where="here") == css


@pytest.mark.parametrize(
    ("selector", "remedy"),
    [
        ("li:first", "takes the first element by itself"),
        ("li:eq(2)", ":nth-child()"),
        ("p:contains('x')", "give the element a class"),
        ("option:selected", "option:checked"),
        ("#f :checkbox", "input[type=checkbox]"),
        ("div:VISIBLE", "give the element a class"),
    ],
)
def test_a_word_that_only_jquery_knows_is_refused_with_what_to_write(selector: str, remedy: str) -> None:
    with pytest.raises(ConfigurationError, match="jQuery's") as error:
        as_css(selector, where="View.handler")
    assert remedy in str(error.value)
    assert "View.handler" in str(error.value)


@pytest.mark.parametrize("selector", ["", "  "])
def test_an_empty_selector_is_refused(selector: str) -> None:
    with pytest.raises(ConfigurationError, match="empty selector"):
        as_css(selector, where="here")
