"""An application's side of the protocol, written from Pusher's documents alone: signatures and requests."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any, NamedTuple
from urllib.parse import urlencode

from tests.server.clients import Site

KEY = "278d425bdf160c739803"
SECRET = "7ad3773142a6692b25b8"


def digest(text: str, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def channel_auth(socket_id: str, channel: str, channel_data: str | None = None) -> str:
    signed = f"{socket_id}:{channel}" if channel_data is None else f"{socket_id}:{channel}:{channel_data}"
    return f"{KEY}:{digest(signed)}"


def user_auth(socket_id: str, user_data: str) -> str:
    return f"{KEY}:{digest(f'{socket_id}::user::{user_data}')}"


class Answer(NamedTuple):
    """The status and the text of an answer."""

    status: int
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


def signed(
    method: str, path: str, body: bytes, params: dict[str, str], *, secret: str = SECRET, age: int = 0
) -> dict[str, str]:
    """The parameters with the signature, as a library makes them."""
    params = {"auth_key": KEY, "auth_timestamp": str(int(time.time()) - age), "auth_version": "1.0", **params}
    if body:
        params["body_md5"] = hashlib.md5(body).hexdigest()
    query = "&".join(f"{name.lower()}={params[name]}" for name in sorted(params))
    return {**params, "auth_signature": digest(f"{method}\n{path}\n{query}", secret)}


def ask(site: Site, method: str, path: str, body: Any = None, *, prefix: str = "", **options: Any) -> Answer:
    """Ask the HTTP API; what is no option of :func:`signed` is a parameter of the query."""
    how = {name: options.pop(name) for name in ("secret", "age") if name in options}
    payload = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    path = f"{prefix}/apps/{site.app.id}/{path}"
    query = urlencode(signed(method, path, payload, options, **how))
    return Answer(*site.request(method, f"{path}?{query}", payload))


def trigger(site: Site, channel: str, event: str, data: Any = None, **fields: Any) -> Answer:
    """Publish an event."""
    return ask(
        site, "POST", "events", {"name": event, "channel": channel, "data": json.dumps(data), **fields}
    )
