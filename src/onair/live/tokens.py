"""The page token: what a page may ask for later, signed for its reader alone.

It is bound to the view's class and its handlers, to the user and to the session, so that a copied one is
worth nothing elsewhere, and is good for twelve hours.
"""

from __future__ import annotations

import hashlib
from typing import Any

from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.backends import signed_cookies
from django.core import signing
from django.http import HttpRequest

from onair.live.events.declaring import fingerprint

SALT = "onair.live.page"

#: How long a page may stay open, in seconds; the exchange of live regions renews its token.
MAX_AGE = 12 * 60 * 60


class BadPageToken(Exception):
    """A page token that is none of this reader's; the message says what the reader can do."""


def page_token(request: HttpRequest, view: object, **data: Any) -> str:
    """Return the token of a page that a view has made for the user of this request.

    Args:
        view: the view, or its class.
        data: JSON that :func:`read` gives back.
    """
    view_class = _class_of(view)
    bound = {
        "view": _name(view_class),
        "events": fingerprint(view_class),
        "user": user_of(request),
        "session": session_of(request),
    }
    return signing.dumps(bound | data, salt=SALT, compress=True)


def renewed(data: dict[str, Any]) -> str:
    """Return a token with what :func:`read` gave, good for another while."""
    return signing.dumps(data, salt=SALT, compress=True)


def read(token: str, request: HttpRequest) -> dict[str, Any]:
    """Return what a token carries.

    Raises:
        BadPageToken: it is too old, of another reader, or none of this site.
    """
    try:
        data: dict[str, Any] = signing.loads(token, salt=SALT, max_age=MAX_AGE)
    except signing.SignatureExpired:
        raise BadPageToken("This page has been open for too long. Reload it.") from None
    except signing.BadSignature:
        raise BadPageToken("This page is none of this site. Reload it.") from None
    # A page of before the session began is anybody's who has not logged in.
    if data["user"] != user_of(request) or data["session"] not in {"", session_of(request)}:
        raise BadPageToken("You have logged in or out since this page was opened. Reload it.")
    return data


def check(token: str, request: HttpRequest, view: object) -> dict[str, Any]:
    """Return what a token carries, if a page of this view's class has it.

    Raises:
        BadPageToken: it is none of this reader's, or of another view's page.
    """
    data = read(token, request)
    view_class = _class_of(view)
    if data["view"] != _name(view_class):
        raise BadPageToken("This page is of another view. Reload it.")
    if data["events"] != fingerprint(view_class):
        raise BadPageToken("The site has changed since this page was opened. Reload it.")
    return data


def _class_of(view: object) -> type:
    return view if isinstance(view, type) else type(view)


def _name(view_class: type) -> str:
    return f"{view_class.__module__}.{view_class.__qualname__}"


def user_of(request: HttpRequest) -> str:
    """Return the primary key of a request's user as text, empty for nobody."""
    user = getattr(request, "user", None)
    return str(user.pk) if user is not None and user.is_authenticated else ""


def session_of(request: HttpRequest) -> str:
    """Return what tells a request's session from others, empty where there is none."""
    session = getattr(request, "session", None)
    if session is None:
        return ""
    # The key of a session in a cookie is its content, which may change with each request.
    in_cookie = isinstance(session, signed_cookies.SessionStore)
    key = session.get(HASH_SESSION_KEY) if in_cookie else session.session_key
    return hashlib.blake2b(key.encode(), digest_size=12).hexdigest() if key else ""
