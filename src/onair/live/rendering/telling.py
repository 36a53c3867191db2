"""What the browsers are told of a region, by the server in this process."""

from __future__ import annotations

import json
import logging
from typing import Any

from onair import conf
from onair.engines import local
from onair.live.markup import Block
from onair.protocol.publication import Publication

logger = logging.getLogger("onair.live")

PATCH = "onair:patch"

#: What is said of a region whose content is larger than an event: ask for it yourself.
STALE = {"stale": True}

#: What is said to who may not see a region any more.
DENIED = {"denied": True}

#: What is said to who has to ask once more whether it may see a region.
AGAIN = {"again": True}


def patch(region: str, before: Block, after: Block, ops: list[Any]) -> dict[str, Any]:
    """Return what turns one content of a region into the next."""
    return {"r": region, "p": before.digest, "v": after.digest, "ops": ops}


def whole(region: str, tree: Block) -> dict[str, Any]:
    """Return all of a region's content."""
    return {"r": region, "v": tree.digest, "html": tree.html}


def tell(channel: str, data: dict[str, Any], *, only: str | None = None) -> None:
    """Tell all who listen to a channel, or one of them."""
    app = conf.app()
    server = local.find_server(app.id)
    if server is None:
        return
    text = json.dumps(data, separators=(",", ":"))
    if len(text.encode()) > app.limits.event_bytes:
        text = json.dumps({"r": data["r"], **STALE})
    server.publish_soon(app.id, [Publication((channel,), PATCH, text, only=only)])


def expel(channel: str, socket_id: str, data: dict[str, Any]) -> None:
    """Let a socket hear no more of a channel, after this."""
    app_id = conf.app().id
    server = local.find_server(app_id)
    if server is not None and server.expel_soon is not None:
        server.expel_soon(app_id, channel, socket_id, PATCH, json.dumps(data))
