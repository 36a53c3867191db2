"""Whether a POST comes from the site's own pages, by its CSRF token or by its ``Origin``."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import HttpHeaders
from django.middleware.csrf import CsrfViewMiddleware

#: Laravel Echo's name for the header with the token, as a key of ``request.META``.
ECHO_HEADER = "HTTP_X_CSRF_TOKEN"


class _Check(CsrfViewMiddleware):
    """Django's own check, with one difference: an ``Origin`` that it trusts needs no token beside it.

    Browsers send ``Origin`` with every POST and let no page forge it. Trusted are the site itself and
    ``CSRF_TRUSTED_ORIGINS``; another one is refused whatever token comes with it, ``null`` included.
    """

    def _check_token(self, request: HttpRequest) -> None:
        # By now the parent has compared the Origin, if there is one.
        if "HTTP_ORIGIN" not in request.META:
            super()._check_token(request)  # type: ignore[misc]  # the stubs leave it out

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        return HttpResponse(reason)


def refusal(request: HttpRequest) -> str | None:
    """Return why a POST is not one of the site's own pages, with the remedy; None where it is one."""
    header = settings.CSRF_HEADER_NAME
    if header not in request.META and ECHO_HEADER in request.META:
        request.META[header] = request.META[ECHO_HEADER]
    rejected = _Check(_no_response).process_view(request, _no_response, (), {})
    if rejected is None:
        return None
    return (
        f"{rejected.content.decode()} Send the page's CSRF token in the header "
        f"{HttpHeaders.parse_header_name(header)}, or, for pages of another origin, "
        "add that origin to CSRF_TRUSTED_ORIGINS."
    )


def _no_response(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    return HttpResponse()
