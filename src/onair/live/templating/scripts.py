"""What a live page's script is told, and where it goes in the page."""

from __future__ import annotations

import json
import re
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

#: The id of the element that holds it.
ELEMENT_ID = "onair-live"

_HEAD_END = re.compile(r"</head\s*>", re.IGNORECASE)
_BODY_END = re.compile(r"</body\s*>", re.IGNORECASE)

#: What would end the script element, or begin a comment in it.
_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}

_CLIENT = re.compile(r"<script\b[^>]*\sdata-onair-key=")


def data_script(data: dict[str, Any]) -> SafeString:
    """Return the element that the script reads."""
    text = json.dumps(data, separators=(",", ":")).translate(_ESCAPES)
    return format_html('<script type="application/json" id="{}">{}</script>', ELEMENT_ID, SafeString(text))


def insert(html: str, data: str, script: str) -> str:
    """Return a page with its data, and with the client's script where the page does not load it itself.

    Both go before the end of the head; where a page has none, before the end of the body, else at its end.
    """
    both = data if _CLIENT.search(html) else data + script
    end = _HEAD_END.search(html) or _last(_BODY_END, html)
    at = len(html) if end is None else end.start()
    return f"{html[:at]}{both}{html[at:]}"


def _last(pattern: re.Pattern[str], html: str) -> re.Match[str] | None:
    return next(reversed(list(pattern.finditer(html))), None)
