"""Sessions over plain HTTP, for browsers that no WebSocket reaches. A site may do without."""

from __future__ import annotations

from random import randrange
from urllib.parse import urlencode

import urllib3

from onair import conf
from onair.doctor.examination import Examination
from onair.doctor.hops.sockets import origin_of
from onair.doctor.outcome import Failed, Passed, Skipped

#: The line that opens a session, and the beginning of one with messages.
_OPEN, _MESSAGES = b"o", b"a"

_IF_WANTED = (
    "A site that wants it lets the proxy pass /pusher/app/ on, unbuffered, to the process that serves the "
    "sockets."
)


def fallback(examination: Examination) -> Passed | Skipped:
    """A session opens over HTTP, where the server is reached by it."""
    address = examination.address
    if address is None or isinstance(examination.target, conf.HostedPusher):
        return Skipped("It is not known where, or hosted Pusher's own business.")
    key, token = examination.target.app.key, examination.token
    path = f"{address.prefix}/pusher/app/{key}/{randrange(1000)}/{token}/xhr"  # noqa: S311 (no secret)
    url = f"{address.http_url}{path}?{urlencode({'protocol': 7, 'client': 'onair-doctor', 'version': 1})}"
    headers = {"Origin": origin_of(examination), "Content-Type": "application/json"}
    timeout = examination.options.timeout
    try:
        with urllib3.PoolManager(retries=False, timeout=timeout) as pool:
            opened = pool.request("POST", url, headers=headers, redirect=False)
            if opened.status != 200 or not opened.data.startswith(_OPEN):
                return Skipped(f"No HTTP in the place of sockets: {opened.status}. {_IF_WANTED}")
            first = opened.data.partition(b"\n")[2] or pool.request("POST", url, headers=headers).data
    except urllib3.exceptions.HTTPError as error:
        return Skipped(f"No HTTP in the place of sockets: {error}. {_IF_WANTED}")
    if not first.startswith(_MESSAGES) or b"connection_established" not in first:
        raise Failed(
            f"A session over HTTP opens, and then says {first[:120]!r}.",
            "All requests of a session have to reach the same process: let the proxy choose it by the "
            "client's address (nginx: ip_hash), and pass them to processes with a port of their own.",
        )
    return Passed("A session opens over HTTP as well.")
