"""What a live page's script is told, and where it goes in the page."""

from __future__ import annotations

import json
import re
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

#: The id of the element that holds it.
ELEMENT_ID = "onair-live"

_HEAD_END = re.compile(r"</head\s*>", re.IGNORECASE)
_BODY_END = re.compile(r"</body\s*>", re.IGNORECASE)

#: What would end the script element, or begin a comment in it.
_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}

_CLIENT = re.compile(r"<script\b[^>]*\sdata-onair-key=")
_PAGE = re.compile(r"<script\b[^>]*\sdata-onair-page=")


def data_script(data: dict[str, Any]) -> SafeString:
    """Return the element that the script reads."""
    text = json.dumps(data, separators=(",", ":")).translate(_ESCAPES)
    return format_html('<script type="application/json" id="{}">{}</script>', ELEMENT_ID, SafeString(text))


def button_texts() -> dict[str, str]:
    """Return what is on the buttons of regions, in the language of the page."""
    return {
        "pill": gettext("{n} new – show"),  # noqa: RUF001 # a dash, as docs and browsers show it
        "pause": gettext("Pause updates"),
        "resume": gettext("Resume updates"),
    }


def needs_page_script(data: dict[str, Any]) -> bool:
    """Whether there is anything in a page's data that the client leaves to its second file."""
    regions = data["regions"].values()
    return bool(data.get("events") or data.get("presence")) or any(
        region.keys() & {"announce", "mode", "pause"} for region in regions
    )


def insert(html: str, data: str, client: str, page_script: str = "") -> str:
    """Return a page with its data, and with those of the client's scripts that it does not load itself.

    They go before the end of the head; where a page has none, before the end of the body, else at its end.
    """
    loaded = [client if not _CLIENT.search(html) else "", page_script if not _PAGE.search(html) else ""]
    end = _HEAD_END.search(html) or _last(_BODY_END, html)
    at = len(html) if end is None else end.start()
    return f"{html[:at]}{data}{''.join(loaded)}{html[at:]}"


def _last(pattern: re.Pattern[str], html: str) -> re.Match[str] | None:
    return next(reversed(list(pattern.finditer(html))), None)
