"""Which headers of a request say something of its visitor."""

from __future__ import annotations

from django.conf import settings

#: Headers that belong to one request, or would have it answered in another way than the page was.
NOT_AGAIN = frozenset(
    f"HTTP_{name}"
    for name in [
        "ACCEPT_ENCODING",
        "CACHE_CONTROL",
        "CONNECTION",
        "CONTENT_LENGTH",
        "CONTENT_TYPE",
        "IF_MATCH",
        "IF_MODIFIED_SINCE",
        "IF_NONE_MATCH",
        "IF_RANGE",
        "IF_UNMODIFIED_SINCE",
        "ORIGIN",
        "PRAGMA",
        "PRIORITY",
        "RANGE",
        "REFERER",
        "TRANSFER_ENCODING",
        "UPGRADE",
        "UPGRADE_INSECURE_REQUESTS",
        "X_CSRFTOKEN",
        "X_ONAIR_EVENT",
        "X_ONAIR_REGION",
        "X_ONAIR_REGIONS",
        "X_ONAIR_TOKEN",
        "X_PUSHER_SOCKET_ID",
        "X_REQUESTED_WITH",
        "SEC_FETCH_DEST",
        "SEC_FETCH_MODE",
        "SEC_FETCH_SITE",
        "SEC_FETCH_USER",
        "SEC_PURPOSE",
    ]
)

#: What is the same for all visitors of an address.
_OF_THE_ADDRESS = frozenset(
    {"HTTP_ACCEPT", "HTTP_HOST", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT", "HTTP_X_FORWARDED_PROTO"}
)

#: How the names of all else begin that a server says of a visitor. The secret of forms is among it.
_OF_THE_VISITOR = ("HTTP_", "REMOTE_", "SSL_", "CSRF_COOKIE", "AUTH_")


def is_of_visitor(name: object) -> bool:
    """Whether an entry of ``request.META`` may differ from one visitor of a page to the next.

    The referrer and the like do, too, and are nothing that a page can follow.
    """
    if not isinstance(name, str) or not name.startswith(_OF_THE_VISITOR):
        return False
    proxys = settings.SECURE_PROXY_SSL_HEADER
    return name not in _OF_THE_ADDRESS and not (proxys and name == proxys[0])
