"""What counts as somebody opening a page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

#: Where browsers say that nobody has asked for the page yet: the standard header, and two older ones.
PREFETCH_HEADERS = ("Sec-Purpose", "Purpose", "X-Moz")


def is_access(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether somebody has got a page: a GET, no prefetch, answered below 400."""
    return request.method == "GET" and is_success(response) and not is_prefetch(request)


def is_success(response: HttpResponseBase | None) -> bool:
    """Whether a view has answered, and below 400; that it returned nothing is Django's to say."""
    return response is not None and response.status_code < 400


def is_prefetch(request: HttpRequest) -> bool:
    """Whether a browser asks in advance; ``Sec-Purpose`` may say ``prefetch;prerender``."""
    return any("prefetch" in request.headers.get(name, "").lower() for name in PREFETCH_HEADERS)


def username(request: HttpRequest) -> str:
    """Return the name of the request's user, ``""`` where there is none."""
    user: Any = getattr(request, "user", None)
    read = getattr(user, "get_username", None)
    return str(read() or "") if read is not None else ""
