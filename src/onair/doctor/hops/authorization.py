"""The site's own endpoint: it signs a private channel for a visitor, and the server takes the signature."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import urllib3
from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.core.handlers.wsgi import WSGIRequest
from django.urls import NoReverseMatch, reverse

from onair.authorization import grants
from onair.authorization.checks import NO_ENDPOINT
from onair.doctor import network
from onair.doctor.address import Address
from onair.doctor.examination import Examination
from onair.doctor.hops.sockets import origin_of
from onair.doctor.outcome import Failed, Passed, Skipped

_INCLUDE = 'Add path("onair/", include("onair.urls")) to the URLconf (ROOT_URLCONF).'

#: What an answer means that has no signature.
_STATUSES = {
    400: (
        "The site refuses the request: add the host to ALLOWED_HOSTS, or name the site's own by --url or "
        "--origin."
    ),
    401: "Let the endpoint through the proxy without a password, or through the site's login middleware.",
    403: (
        "If it speaks of CSRF or the origin, add the origin to CSRF_TRUSTED_ORIGINS; behind a proxy with "
        "TLS, set SECURE_PROXY_SSL_HEADER as the proxy says. If it speaks of no rule, the site at --url has "
        "another SECRET_KEY than this process: give both the same."
    ),
    404: (
        "The URLconf of this process has it: let --url name the site, whose process is to run the same code, "
        "and its proxy pass the path on."
    ),
    405: "Let the proxy pass POST on.",
}
_FAILING = "The site's log has the traceback."


def authorization(examination: Examination) -> Passed | Skipped:
    """The endpoint signs a private channel for a visitor who holds a grant of ours."""
    browser = examination.browser
    if browser is None or not browser.socket_id:
        return Skipped("There is no socket to sign for.")
    try:
        path = reverse("onair:auth")
    except NoReverseMatch:
        if NO_ENDPOINT in settings.SILENCED_SYSTEM_CHECKS:
            return Skipped(
                f"The URLconf has no endpoint for it, as the site wants ({NO_ENDPOINT} is silenced)."
            )
        raise Failed(
            "The URLconf has no endpoint that lets browsers join private channels.", _INCLUDE
        ) from None
    channel = examination.channel(name="authorization")
    asking = {
        "socket_id": browser.socket_id,
        "channel_name": channel,
        "grant": grants.grant(channel, None),
    }
    body = json.dumps(asking).encode()
    over_network = examination.options.url is not None
    status, text, to = (_over_network if over_network else _in_process)(examination, path, body)
    answer = _read(status, text, to, path)
    browser.subscribe_with(channel, answer)
    browser.unsubscribe(channel)
    where = f"{origin_of(examination)}{path}" if over_network else f"{path} (asked in this process)"
    return Passed(f"{where} signs for a visitor, and the server takes the signature.")


def _in_process(examination: Examination, path: str, body: bytes) -> tuple[int, str, str]:
    """Ask the site's handler, with its middleware, as the page's script does."""
    origin = urlsplit(origin_of(examination))
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "SERVER_NAME": origin.hostname or "localhost",
        "SERVER_PORT": str(origin.port or (443 if origin.scheme == "https" else 80)),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": origin.netloc,
        "HTTP_ORIGIN": origin.geturl(),
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.url_scheme": origin.scheme,
        "wsgi.input": BytesIO(body),
        "wsgi.errors": BytesIO(),
    }
    handler = BaseHandler()
    handler.load_middleware()
    response = handler.get_response(WSGIRequest(environ))
    content = b"" if response.streaming else getattr(response, "content", b"")
    response.close()
    return response.status_code, content.decode(errors="replace"), response.get("Location", "")


def _over_network(examination: Examination, path: str, body: bytes) -> tuple[int, str, str]:
    origin, timeout = origin_of(examination), examination.options.timeout
    url = f"{examination.options.url or ''}"
    headers = {"Content-Type": "application/json", "Origin": origin, "User-Agent": "onair-doctor"}
    site = f"{urlsplit(url).scheme}://{urlsplit(url).netloc}"
    try:
        with urllib3.PoolManager(retries=False, timeout=timeout) as pool:
            answer = pool.request("POST", f"{site}{path}", body=body, headers=headers, redirect=False)
    except urllib3.exceptions.HTTPError as error:
        raise network.explained(error, Address.of(url, "--url"), timeout) from error
    return answer.status, answer.data.decode(errors="replace"), answer.headers.get("Location", "")


def _read(status: int, text: str, to: str, path: str) -> dict[str, object]:
    if to:
        raise Failed(
            f"{path} redirects to {to} ({status}).",
            "Let the endpoint through: through the site's login middleware, and to https:// where --url says "
            "http://.",
        )
    try:
        answer = json.loads(text)
    except ValueError:
        answer = None
    if status == 200 and isinstance(answer, dict) and "auth" in answer:
        return answer
    said = answer.get("error", "") if isinstance(answer, dict) else ""
    raise Failed(
        f"{path} does not sign for a visitor ({status}). {said}".rstrip(),
        _STATUSES.get(status, _FAILING if status >= 500 else _INCLUDE),
    )
