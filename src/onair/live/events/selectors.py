"""Selectors as views write them: those of CSS and a few words of jQuery's, made into CSS for the browser."""

from __future__ import annotations

import re

from onair.exceptions import ConfigurationError

#: The element that the event came from; ``this .name`` is looked for inside it.
THIS = "this"

#: jQuery's words that CSS can say.
_AS_CSS = {
    ":input": ":is(input,select,textarea,button)",
    ":text": ":is(input[type=text],input:not([type]))",
}

#: jQuery's words that are refused, and what to write instead.
_REFUSED = {
    ":animated": "leave it out: the server cannot know it",
    ":button": "write :is(button,input[type=button])",
    ":checkbox": "write input[type=checkbox]",
    ":contains": "give the element a class, and select by it",
    ":eq": "write :nth-child(), which counts from 1",
    ":even": "write :nth-child(odd), which counts from 1",
    ":file": "write input[type=file]",
    ":first": "leave it out: a string takes the first element by itself",
    ":gt": "write :nth-child(n+…)",
    ":header": "write :is(h1,h2,h3,h4,h5,h6)",
    ":hidden": "give the element a class, and select by it",
    ":image": "write input[type=image]",
    ":last": "write :last-child or :last-of-type",
    ":lt": "write :nth-child(-n+…)",
    ":nth": "write :nth-child(), which counts from 1",
    ":odd": "write :nth-child(even), which counts from 1",
    ":parent": "write :not(:empty)",
    ":password": "write input[type=password]",
    ":radio": "write input[type=radio]",
    ":reset": "write [type=reset]",
    ":selected": "write option:checked",
    ":submit": "write [type=submit], or :is(button,input)[type=submit]",
    ":visible": "give the element a class, and select by it",
}

#: Strings, attributes and escapes are passed over; what is left is a word with one colon or two.
_TOKEN = re.compile(
    r"""
    (?P<skip> "(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*' | \\. )
    | (?P<attribute> \[ (?: "(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*' | [^\]"'] )* \] )
    | (?P<pseudo> ::?-?[A-Za-z][\w-]* )
    """,
    re.VERBOSE | re.DOTALL,
)

_THIS_INSIDE = re.compile(r"this(?=[\s>+~])")


def as_css(selector: str, *, where: str) -> str:
    """Return the selector as a browser understands it.

    Args:
        where: the handler, for the error's message.

    Raises:
        ConfigurationError: it is empty, or has a word of jQuery's that CSS has no word for.
    """
    text = selector.strip()
    if not text:
        raise ConfigurationError(f"{where} has an empty selector. Name the element, as '#mybutton' does.")

    def translated(token: re.Match[str]) -> str:
        pseudo = token["pseudo"]
        if pseudo is None:
            return token[0]
        remedy = _REFUSED.get(pseudo.lower())
        if remedy is not None:
            raise ConfigurationError(
                f"{where} has the selector {selector!r}: {pseudo} is jQuery's, and no CSS. Instead, {remedy}."
            )
        return _AS_CSS.get(pseudo, pseudo)

    return _THIS_INSIDE.sub(":scope", _TOKEN.sub(translated, text), count=1) if text != THIS else THIS
