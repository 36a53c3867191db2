"""The way of a browser's socket: the address, the connection, TLS, the upgrade, and the server's welcome."""

from __future__ import annotations

import ssl
import time
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from onair import conf
from onair.doctor import network
from onair.doctor.address import Address
from onair.doctor.browser import Browser, Message
from onair.doctor.examination import Examination
from onair.doctor.outcome import Failed, Passed, Skipped

PUBLIC_URL = 'ONAIR["PUBLIC_URL"]'

#: Days before a certificate's end at which it is worth a word.
_SOON = 14

_LOCAL = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0"})  # noqa: S104 (nothing is bound)

_SAME_KEY = (
    'Give the site and the server the same ONAIR["URL"], or the same SECRET_KEY where none is set; and see '
    "that the address leads to the server of this site: {source}."
)

#: What the codes of the protocol mean for a socket that is refused.
_CODES = {
    4001: _SAME_KEY,
    4003: "Enable the app at the server.",
    4005: "Correct the path in {source}: the server knows …/app/KEY.",
    4100: (
        "If it names a process that serves already, several processes serve this site without an engine: "
        'serve with one worker, or let ONAIR["URL"] name Redis or PostgreSQL. Else raise the limit that it '
        "names."
    ),
}


def address(examination: Examination) -> Passed | Skipped:
    """Where the pages open their sockets is known, and can work."""
    found = _found(examination)
    hints: tuple[str, ...] = ()
    if found is None:
        return Skipped(
            "Pages open their sockets at their own host, which is not known here: name the site by --url."
        )
    examination.address = found
    _refuse_what_browsers_refuse(found, examination.options.url)
    if found.source not in {PUBLIC_URL, "--url"}:
        hints = (
            "Pages open their sockets at their own host. Name the site by --url to go through its proxy.",
        )
    return Passed(f"{found.url}, from {found.source}.", hints)


def tcp(examination: Examination) -> Passed | Skipped:
    """The address can be connected to."""
    found = examination.address
    if found is None:
        return _NOWHERE
    with network.connect(found, examination.options.timeout) as sock:
        return Passed(f"{found.host}:{found.port} is {sock.getpeername()[0]}, and takes the connection.")


def tls(examination: Examination) -> Passed | Skipped:
    """The certificate is one that browsers trust."""
    found, timeout = examination.address, examination.options.timeout
    if found is None:
        return _NOWHERE
    if not found.secure:
        return Skipped(f"{found.url} has no TLS.")
    with network.secured(network.connect(found, timeout), found, timeout) as sock:
        days = _days_left(sock.getpeercert() or {}, examination.options.clock())
        hints = (f"The certificate expires in {days} days: renew it.",) if days < _SOON else ()
        return Passed(f"{sock.version()}; the certificate is good for {days} days.", hints)


def upgrade(examination: Examination) -> Passed | Skipped:
    """What is in between lets a WebSocket through."""
    found = examination.address
    if found is None:
        return _NOWHERE
    examination.browser = open_browser(examination)
    return Passed(f"{found.url}/app/… becomes a WebSocket (101).")


def welcome(examination: Examination) -> Passed | Skipped:
    """The server knows the key, and lets pages of this origin in."""
    browser = examination.browser
    if browser is None:
        return _NOWHERE
    greet(browser, examination)
    return Passed(f"The server knows the key, and lets pages of {origin_of(examination)} in.")


def ping(examination: Examination) -> Passed | Skipped:
    """A message goes to the server and back."""
    browser = examination.browser
    if browser is None:
        return _NOWHERE
    sent = time.monotonic()
    browser.send("pusher:ping", {})
    pong = browser.wait_for(lambda message: message.get("event") == "pusher:pong", "pong")
    return Passed(f"pusher:pong after {1000 * (pong.received - sent):.1f} ms.")


def open_browser(examination: Examination) -> Browser:
    """Open a socket as a page of the site does; it is closed with the examination."""
    assert examination.address is not None
    app = examination.target.app
    return examination.keep(
        Browser.open(examination.address, app.key, origin_of(examination), examination.options.timeout)
    )


def greet(browser: Browser, examination: Examination) -> None:
    """Take the server's first message.

    Raises:
        Failed: it refuses the socket.
    """
    message = browser.next()
    match message.get("event"):
        case "pusher:connection_established":
            browser.socket_id = str(message.data["socket_id"])
        case "pusher:error":
            raise _refused(message, browser.address, examination)
        case other:
            raise Failed(
                f"The first message is {other!r}: no server of channels speaks so.",
                f"Correct the host and port in {browser.address.source}.",
            )


def origin_of(examination: Examination) -> str:
    """Return the origin of the site's pages, as far as it is known."""
    options = examination.options
    if options.origin:
        return options.origin.rstrip("/")
    if options.url:
        parts = urlsplit(options.url)
        return f"{parts.scheme}://{parts.netloc}"
    return _origin_in_settings(examination.address)


_NOWHERE = Skipped("The address of the sockets is not known.")


def _found(examination: Examination) -> Address | None:
    named, url = conf.public_url(), examination.options.url
    if named is not None:
        return Address.of(named, PUBLIC_URL)
    target = examination.target
    if isinstance(target, conf.HostedPusher) and target.host is None:
        cluster = target.cluster or conf.DEFAULT_CLUSTER
        return Address.of(f"wss://ws-{cluster}.pusher.com", "the cluster")
    if url is not None:
        return Address.of(url, "--url", with_path=False)
    if examination.sockets_url is not None:
        source = 'ONAIR["URL"]' if isinstance(target, conf.RemoteServer) else "the running server"
        return Address.of(examination.sockets_url, source)
    return None


def _refuse_what_browsers_refuse(found: Address, url: str | None) -> None:
    if url is None:
        return
    page = urlsplit(url)
    if page.scheme == "https" and not found.secure:
        raise Failed(
            f"The pages are at https://, and their sockets at {found.url}: browsers refuse that.",
            f"Let {PUBLIC_URL} begin with wss://, and the proxy serve it with TLS.",
        )
    if found.host in _LOCAL and page.hostname not in _LOCAL:
        raise Failed(
            f"The pages of {page.netloc} open their sockets at {found.url}: each visitor's own machine.",
            f"Let {PUBLIC_URL} name the host that visitors reach, or unset it and let the proxy pass /app/ "
            "on.",
        )


def _refused(message: Message, address: Address, examination: Examination) -> Failed:
    code, said = message.data.get("code"), message.data.get("message", "")
    problem = f"The server refuses the socket ({code}): {said}."
    if code == 4009:
        return Failed(problem, _let_in(origin_of(examination)))
    if isinstance(examination.target, conf.HostedPusher):
        return Failed(
            problem,
            "Compare key and cluster with the app's keys page: an app is known in its own cluster alone.",
        )
    remedy = _CODES.get(code or 0, "The log of the server says why.")
    return Failed(problem, remedy.format(source=address.source))


def _let_in(origin: str) -> str:
    if conf.allowed_origins() is not None:
        return (
            f'Add "{origin}" to ONAIR["ALLOWED_ORIGINS"], and restart the server. If the pages are of '
            "another origin, name it by --origin."
        )
    host = urlsplit(origin).hostname
    return (
        f'Add "{host}" to ALLOWED_HOSTS, or "{origin}" to CSRF_TRUSTED_ORIGINS, and restart the server. '
        "If the server knows no site (onair serve alone), let it allow the origin. If the pages are of "
        "another origin, name it by --origin."
    )


def _origin_in_settings(address: Address | None) -> str:
    """Return the first origin that the settings name, else the one of the address itself."""
    for origin in (*(conf.allowed_origins() or ()), *settings.CSRF_TRUSTED_ORIGINS):
        if "*" not in origin:
            return str(origin)
    secure = settings.SECURE_SSL_REDIRECT or (address is not None and address.secure)
    scheme = "https" if secure else "http"
    for host in settings.ALLOWED_HOSTS:
        if host != "*":
            return f"{scheme}://{host.lstrip('.')}"
    return f"{scheme}://{address.netloc if address is not None else 'localhost'}"


def _days_left(certificate: dict[str, Any], now: float) -> int:
    return int((ssl.cert_time_to_seconds(certificate["notAfter"]) - now) // 86_400)
