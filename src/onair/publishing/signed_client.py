"""Requests to a server's HTTP API, signed, over one connection that is kept alive."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from urllib.parse import urlencode, urlsplit

import urllib3
from urllib3.exceptions import HTTPError, ProtocolError

from onair.protocol.app import App
from onair.protocol.signing import signed_query
from onair.publishing.retry_after import retry_after_seconds
from onair.publishing.route import NotDelivered, NotThere, Refused, Unavailable

#: Seconds that a connection may take to be made.
CONNECT_TIMEOUT = 2.0

_HEADERS = {"Content-Type": "application/json", "User-Agent": "django-onair"}

#: Answers that an event in the request is the reason for.
_OF_THE_EVENT = {400, 413, 422}
NOT_FOUND = 404

#: What to do about an answer.
_REMEDIES = {
    401: 'Check the key and the secret in ONAIR["URL"], and the clocks of both machines.',
    403: "The app is disabled there, or over its quota.",
    404: 'Check the address and the app id in ONAIR["URL"].',
    413: 'Publish less data in one event, or raise the server\'s limit (ours: ONAIR["MAX_EVENT_SIZE"]).',
    429: "The app publishes more than its plan allows.",
}


class SignedClient:
    """Asks one server, for one app.

    Args:
        app: whose credential signs.
        base_url: what comes before ``/apps/…``, with the prefix of a proxy if there is one.
        clock: the seconds since the epoch.
    """

    def __init__(self, app: App, base_url: str, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._credential = app.credentials[0]
        self._base_url = base_url
        self._path = f"{urlsplit(base_url).path}/apps/{app.id}/"
        self._pool = urllib3.connection_from_url(base_url, maxsize=1, retries=False, headers=_HEADERS)

    def request(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        timeout: float,
        params: Mapping[str, str] | None = None,
    ) -> bytes:
        """Return the body of the answer.

        Args:
            path: what comes behind ``/apps/ID/``.
            timeout: seconds that the answer may take; to connect it may take no more than two.

        Raises:
            NotDelivered: nobody answered, or with an error.
        """
        path = self._path + path
        query = signed_query(
            self._credential, method, path, body, timestamp=int(self._clock()), params=params
        )
        answer = self._answer(method, f"{path}?{urlencode(query)}", body, timeout)
        if answer.status >= 300:
            raise self._error(answer)
        return answer.data

    def close(self) -> None:
        """Close the connection."""
        self._pool.close()

    def _answer(self, method: str, target: str, body: bytes, timeout: float) -> urllib3.BaseHTTPResponse:
        limits = urllib3.Timeout(connect=min(CONNECT_TIMEOUT, timeout), read=timeout)
        try:
            return self._send(method, target, body, limits)
        except HTTPError as error:
            raise Unavailable(
                f"unreachable {self._base_url}",
                f"The server at {self._base_url} does not answer: {_reason(error)}. Start it, or let "
                'ONAIR["URL"] name one that runs.',
            ) from error

    def _send(
        self, method: str, target: str, body: bytes, timeout: urllib3.Timeout
    ) -> urllib3.BaseHTTPResponse:
        try:
            return self._pool.urlopen(method, target, body, timeout=timeout, redirect=False)
        except ProtocolError:
            # The server closed the connection that was kept alive in the moment when it was used again.
            return self._pool.urlopen(method, target, body, timeout=timeout, redirect=False)

    def _error(self, answer: urllib3.BaseHTTPResponse) -> NotDelivered:
        text = answer.data.decode(errors="replace")
        return error_of(
            answer.status,
            f"The server at {self._base_url} answered {answer.status}: {_first_line(text) or 'nothing'}.",
            _REMEDIES.get(answer.status, "Its own log may say more."),
            answer.headers.get("Retry-After"),
        )


def error_of(status: int, message: str, remedy: str, retry_after: str | None) -> NotDelivered:
    """Return what an answer means for the events of its request."""
    kind, message = f"refused {status}", f"{message} {remedy}"
    if status in _OF_THE_EVENT:
        return Refused(kind, message)
    if status == NOT_FOUND:
        return NotThere(kind, message)
    return Unavailable(kind, message, wish=retry_after_seconds(retry_after))


def _first_line(text: str) -> str:
    """Return what of an answer is worth logging: a server that is none of ours answers with a whole page."""
    return text.strip().partition("\n")[0][:500]


def _reason(error: HTTPError) -> str:
    """Return the error's own words, without the connection object that urllib3 puts before them."""
    return str(error).rpartition(": ")[2] or type(error).__name__
