"""What it means that a request for a WebSocket got another answer."""

from __future__ import annotations

import re

from websockets.http11 import Response

from onair.doctor.address import Address
from onair.doctor.outcome import Failed

#: What nginx needs to let sockets through. The documentation has the same lines.
NGINX = """\
location /app/ {
    proxy_pass http://127.0.0.1:6001;
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection "upgrade";
    proxy_set_header Host $host;
    proxy_read_timeout 200s;
}"""

_PASS_ON = (
    "Let the proxy pass the upgrade on, to the process that serves the sockets. In nginx, with that "
    f"process's address:\n{NGINX}"
)

_UNREACHED = (
    "The proxy does not reach the server: start it (manage.py onair serve), and name its address in the "
    f"proxy. In nginx:\n{NGINX}"
)

#: What our server begins with, asked by plain HTTP for the path of sockets.
_OUR_SERVER = "No app is served at"

#: What a status means in place of 101, and what to do.
_STATUSES = {
    200: ("a page answers in the server's place", _PASS_ON),
    400: ("the upgrade was lost on the way, or the port expects TLS", _PASS_ON),
    401: ("something in between asks for a password", "Let /app/ through without one: sockets bring none."),
    403: ("something in between does not let it through", "Let the proxy, or a firewall in it, pass /app/."),
    404: ("nothing is there, or the upgrade was lost on the way", _PASS_ON),
    426: ("the upgrade was lost on the way", _PASS_ON),
    429: ("something in between limits requests", "Let /app/ out of the limit."),
    502: ("the proxy gets no answer from the server", _UNREACHED),
    503: ("the proxy has no server to ask", _UNREACHED),
    504: ("the server behind the proxy is silent", _UNREACHED),
}


def not_upgraded(response: Response | None, address: Address, said: str = "") -> Failed:
    """Return what an answer means that is no WebSocket; ``said`` is what is known without an answer."""
    where = f"{address.url}/app/…"
    if response is None:
        return Failed(f"{where} is answered as no WebSocket is: {said}.", _PASS_ON)
    status = response.status_code
    if 300 <= status < 400:
        return _redirected(where, response, address)
    text = _beginning(bytes(response.body or b""))
    meaning, remedy = _STATUSES.get(status, ("something else answers there", _PASS_ON))
    if text.startswith(_OUR_SERVER):
        meaning, text = "the server is reached, and the upgrade was lost on the way", ""
    return Failed(
        f"{where} is answered with {status} in place of a WebSocket (101): {meaning}."
        f"{f' It says: {text}' if text else ''}",
        remedy,
    )


def nothing_said(address: Address) -> Failed:
    """Return what it means that a connection ends, or says what nobody can read."""
    return Failed(
        f"What listens at {address.netloc} does not speak as a server of channels does.",
        f"Correct the host, the port and ws:// or wss:// in {address.source}; or, where it is a proxy, let "
        f"it pass sockets on. In nginx:\n{NGINX}",
    )


def silent(address: Address, timeout: float) -> Failed:
    """Return what it means that a connection is taken, and a request for a WebSocket not answered."""
    return Failed(
        f"{address.netloc} takes the connection, and does not answer a request for a WebSocket within "
        f"{timeout:g} s.",
        _PASS_ON,
    )


def _redirected(where: str, response: Response, address: Address) -> Failed:
    to = response.headers.get("Location", "nowhere")
    remedy = (
        f"Let {address.source} begin with wss:// or https://."
        if to.startswith(("https:", "wss:")) and not address.secure
        else "Let the proxy, or the site's middleware, pass /app/ to the server without a redirect."
    )
    return Failed(f"{where} redirects to {to} ({response.status_code}). Browsers do not follow.", remedy)


def _beginning(body: bytes) -> str:
    """Return the beginning of an answer, as text without tags."""
    text = re.sub(r"<[^>]*>", " ", body[:4096].decode(errors="replace"))
    return " ".join(text.split())[:120]
