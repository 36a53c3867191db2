"""The server, as the processes see it that publish: where it is, and whether it takes our signature."""

from __future__ import annotations

import json
import os
from contextlib import closing
from tempfile import gettempdir

from onair import conf
from onair.doctor import network
from onair.doctor.address import Address
from onair.doctor.examination import Examination
from onair.doctor.outcome import Failed, Passed, Skipped
from onair.engines import announcements
from onair.protocol.signing import TIMESTAMP_TOLERANCE
from onair.publishing.hosted import users_of
from onair.publishing.route import NotDelivered, NotThere
from onair.publishing.routes import base_url
from onair.publishing.signed_client import SignedClient

_START = (
    'Start one: "manage.py runserver" to develop; "manage.py onair serve" beside a WSGI server; onair.asgi '
    "in an ASGI server. If one runs, it is not found for it has another BASE_DIR or SECRET_KEY than this "
    "process, or another user or temporary folder (TMPDIR; systemd's PrivateTmp), or is on another machine "
    "or in another container: name it to all processes by ONAIR_URL then."
)

#: What a 401 says, and what it means.
_REFUSALS = {
    "Timestamp expired": "Set the clock of the machine that is wrong (NTP).",
    "Invalid auth_key": (
        'The key in ONAIR["URL"] is not of this app at the server: take key, secret and app id from its '
        "settings."
    ),
    "Invalid signature": (
        'The secret in ONAIR["URL"] is not the server\'s: copy it anew. If it is, a proxy in between '
        "changes the path or the query: let it pass both on as they are."
    ),
}
_UNKNOWN_REFUSAL = (
    'Compare key and secret in ONAIR["URL"] with the server\'s, and the clocks of both machines.'
)


def finding(examination: Examination) -> Passed | Skipped:
    """The server that events go to over HTTP is named, or announced on this machine."""
    match examination.target:
        case conf.RemoteServer(base_url=named):
            examination.base_url = examination.sockets_url = named
            return Passed(f'{named}, as ONAIR["URL"] or ONAIR_URL says.')
        case conf.HostedPusher():
            return Skipped("Hosted Pusher is found by its cluster.")
        case conf.Embedded(engine=None):
            return _announced(examination)
        case _:
            return Skipped("The servers are found through the engine.")


def http_api(examination: Examination) -> Passed | Skipped:
    """The server answers a request that is signed here."""
    target = examination.target
    if isinstance(target, conf.HostedPusher):
        return _hosted(target, examination)
    if examination.base_url is None:
        return Skipped("Events do not go over HTTP.")
    answer = _asked(target, examination.base_url, examination)
    try:
        channels = json.loads(answer)["channels"]
    except (ValueError, TypeError, KeyError):
        raise Failed(
            f"What answers at {examination.base_url} is no server of channels: it says {answer[:80]!r}.",
            f"Correct the host and port in {_source(target)}.",
        ) from None
    return Passed(
        f"It takes the signature of this process, and answers with {len(channels)} channels of ours."
    )


def _announced(examination: Examination) -> Passed:
    try:
        found = announcements.find(conf.site_key())
    except (announcements.UnsafeFolder, OSError) as error:
        raise Failed(
            f"The folder by which processes find the server cannot be read: {error}.",
            "Give all processes of the site one user and one TMPDIR, or name the server by ONAIR_URL.",
        ) from error
    if found is None:
        raise Failed(
            f"No server of this site is announced to the user {_user()} in {gettempdir()}: nobody serves "
            "sockets.",
            _START,
        )
    examination.base_url = examination.sockets_url = base_url(found)
    return Passed(f"Process {found.pid} serves at {examination.base_url}.")


def _user() -> str:
    return str(os.getuid()) if hasattr(os, "getuid") else os.environ.get("USERNAME", "")


def _source(target: conf.Target) -> str:
    return 'ONAIR["URL"] or ONAIR_URL' if isinstance(target, conf.RemoteServer) else "the server's --bind"


def _asked(target: conf.Target, where: str, examination: Examination) -> bytes:
    options = examination.options
    params = {"filter_by_prefix": "private-onair-doctor-"}
    with closing(SignedClient(target.app, where, clock=options.clock)) as client:
        try:
            return client.request("GET", "channels", timeout=options.timeout, params=params)
        except NotDelivered as error:
            raise _explained(error, target, where, options.timeout) from error


def _explained(error: NotDelivered, target: conf.Target, where: str, timeout: float) -> Failed:
    source = _source(target)
    if error.__cause__ is not None:
        return network.explained(error.__cause__, Address.of(where, source), timeout)
    if error.kind == "refused 401":
        text = str(error)
        remedy = next((remedy for word, remedy in _REFUSALS.items() if word in text), _UNKNOWN_REFUSAL)
        return Failed(f"The server at {where} refuses the signature: {_answer_in(text)}", remedy)
    if isinstance(error, NotThere):
        return Failed(
            f"{where} has nothing at /apps/{target.app.id}/: another program listens there, or the server "
            "has no such app.",
            f"Correct host, port, prefix and app id in {source}.",
        )
    return Failed(str(error), f"See the log of the server at {where}.")


def _answer_in(message: str) -> str:
    """Return what the server itself said, of the client's message; without the remedy for everything."""
    said = message.partition("answered 401: ")[2] or message
    return said.partition(" Check the key")[0]


def _hosted(target: conf.HostedPusher, examination: Examination) -> Passed:
    try:
        users_of(target, examination.channel("presence"), examination.options.timeout)
    except NotDelivered as error:
        raise Failed(
            str(error),
            "Compare app id, key, secret and cluster with the app's keys page: an app is known in its own "
            f"cluster alone. The clock of this machine may be wrong by {TIMESTAMP_TOLERANCE} s at most.",
        ) from error
    return Passed("Hosted Pusher takes key and secret.")
