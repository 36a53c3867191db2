"""A page's token for its regions' channels: asked where the session is, answered where the sockets are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from onair import conf
from onair.changes.change import Commit
from onair.live.matching.index import affects
from onair.live.matching.reads import ReadSet
from onair.live.rendering.engine import Engine
from onair.live.rendering.log import Position, log
from onair.live.rendering.memory import Access
from onair.live.rendering.replay import Denied, replay
from onair.live.rendering.telling import DENIED, STALE
from onair.live.rendering.viewer import Address, Viewer
from onair.protocol.signing import sign_channel


@dataclass(frozen=True, slots=True)
class Asking:
    """What a page asks, and who asks it.

    Args:
        socket_id: of the page's connection.
        regions: the digests of the content that the browser has, by the regions' ids.
        channels: what the token says of the regions, by their ids.
        since: where the change log ended before the page's first query.
    """

    address: Address
    viewer: Viewer
    socket_id: str
    regions: Mapping[str, str]
    channels: Mapping[str, str]
    since: Position


def exchange(engine: Engine, asking: Asking) -> dict[str, Any]:
    """Return, by region, the channel with its signature, or why there is none.

    A page that was made a moment ago is believed; else it is asked for again, as this viewer.
    """
    access = _fresh_access(engine, asking)
    channels = dict(asking.channels)
    refused: dict[str, Any] = {}
    if access is None or not asking.regions.keys() <= channels.keys():
        result = replay(asking.address, asking.viewer, frozenset(asking.regions))
        if isinstance(result, Denied):
            verdict = STALE if result.is_failure else DENIED
            return {region: dict(verdict) for region in asking.regions}
        engine.memory.remember(result)
        access = result.access
        channels = {region.id: region.channel for region in result.regions.values()}
        refused = {region: {"gone": True} for region in asking.regions if region not in channels}
    wanted = {
        region: (channels[region], digest)
        for region, digest in asking.regions.items()
        if region not in refused
    }
    engine.expect(asking.address, asking.viewer, asking.socket_id, wanted, access)
    return refused | {region: _signed(asking.socket_id, channel) for region, (channel, _) in wanted.items()}


def _fresh_access(engine: Engine, asking: Asking) -> ReadSet | None:
    """Return why the viewer may see the page, where that is known and has not changed since."""
    known: Access | None = engine.memory.access(asking.address, asking.viewer)
    if known is None:
        return None
    since = log.since(known.position)
    if since is None:
        return None
    changes = (change for change in since if isinstance(change, Commit))
    return None if any(affects(known.read_set, change) for change in changes) else known.read_set


def _signed(socket_id: str, channel: str) -> dict[str, str]:
    return {"channel": channel, "auth": sign_channel(conf.app().credentials[0], socket_id, channel, None)}
