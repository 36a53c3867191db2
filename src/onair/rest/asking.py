"""Asking a server elsewhere which of its channels are occupied, by the signed HTTP API."""

from __future__ import annotations

import time
from urllib.parse import urlencode, urlsplit

import urllib3

from onair.conf import RemoteServer
from onair.protocol.signing import signed_query

#: Seconds that the answer may take.
TIMEOUT = 5.0


class NoAnswer(Exception):
    """A server does not say which channels it has. The message names it."""


def channels_of(target: RemoteServer) -> set[str]:
    """Return the channels of a server that somebody listens to.

    Raises:
        NoAnswer: the server does not answer, or with something else.
    """
    path = f"{urlsplit(target.base_url).path}/apps/{target.app.id}/channels"
    query = signed_query(target.app.credentials[0], "GET", path, timestamp=int(time.time()))
    origin = target.base_url.removesuffix(urlsplit(target.base_url).path)
    try:
        response = urllib3.request(
            "GET", f"{origin}{path}?{urlencode(query)}", timeout=TIMEOUT, retries=False, redirect=False
        )
        if response.status != 200:
            raise NoAnswer(f'{target.base_url} answered {response.status}. Check ONAIR["URL"].')
        return set(response.json()["channels"])
    except (urllib3.exceptions.HTTPError, ValueError, KeyError, TypeError) as error:
        raise NoAnswer(
            f'{target.base_url} does not answer as a server does: {error}. Check ONAIR["URL"].'
        ) from error
