"""A page's token for its regions' channels: asked where the session is, answered where the sockets are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from onair import conf
from onair.live.rendering.concern import concern
from onair.live.rendering.engine import Engine
from onair.live.rendering.log import log
from onair.live.rendering.memory import Access, Memory, access_of
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
    """

    address: Address
    viewer: Viewer
    socket_id: str
    regions: Mapping[str, str]

    def viewer_as(self, known: Viewer) -> Viewer:
        """Return who asks, told from others by what the page has asked of its viewer."""
        return replace(self.viewer, browser=known.browser)


def exchange(engine: Engine, asking: Asking) -> dict[str, Any]:
    """Return, by region, the channel with its signature, or why there is none. Expect the socket."""
    access = find_access(asking, engine.memory)
    if isinstance(access, Denied):
        return refusals(asking, access)
    channels = {
        region: (access.channels[region], digest)
        for region, digest in asking.regions.items()
        if region in access.channels
    }
    engine.expect(asking.address, asking.viewer_as(access.viewer), asking.socket_id, channels, access)
    return answers(asking, access.channels)


def find_access(asking: Asking, memory: Memory | None) -> Access | Denied:
    """Return what the viewer may see of the page.

    A page that was made a moment ago, and of which nothing has changed since that decides who may see it, is
    believed; else it is asked for again, as this viewer.

    Args:
        memory: what was rendered lately; None where the process does not hear of all that may have changed.
    """
    access = None if memory is None else fresh_access(asking, memory)
    if access is not None:
        return access
    result = replay(asking.address, asking.viewer, frozenset(asking.regions))
    if isinstance(result, Denied):
        return result
    if memory is not None:
        memory.remember(result)
    return access_of(result)


def fresh_access(asking: Asking, memory: Memory) -> Access | None:
    """Return what the viewer may see of the page, where that is known and has not changed since."""
    known = memory.access(asking.address, asking.viewer)
    if known is None or not asking.regions.keys() <= known.channels.keys():
        return None
    now = log.position()
    if concern(log.since(known.position), known.read_set):
        return None
    return replace(known, position=now)


def refusals(asking: Asking, denied: Denied) -> dict[str, Any]:
    """Return what is said of each region where the site does not show the page."""
    return {region: dict(STALE if denied.is_failure else DENIED) for region in asking.regions}


def answers(asking: Asking, channels: Mapping[str, str]) -> dict[str, Any]:
    """Return what is said of each region: its channel with a signature, or that the page has none."""
    return {
        region: _signed(asking.socket_id, channels[region]) if region in channels else {"gone": True}
        for region in asking.regions
    }


def _signed(socket_id: str, channel: str) -> dict[str, str]:
    return {"channel": channel, "auth": sign_channel(conf.app().credentials[0], socket_id, channel, None)}
