"""A page's token exchanged in another process than that of its socket: that one is told who will come.

The page's own path waits for no network; this exchange does, for a moment, until the other process knows who
comes. That one decides itself whether the viewer may see the page.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

from onair.live.rendering.engine import Engine
from onair.live.rendering.exchange import Asking, answers, find_access, fresh_access, refusals
from onair.live.rendering.memory import Memory
from onair.live.rendering.replay import Denied
from onair.live.rendering.viewer import Address, Viewer
from onair.live.sealing import seal, unseal


def answer(asking: Asking, memory: Memory | None) -> tuple[Asking, dict[str, Any]]:
    """Return, by region, the channel with its signature, or why there is none; and who has asked.

    Args:
        memory: what was rendered lately; None where the process does not hear of all that may have changed.
    """
    access = find_access(asking, memory)
    if isinstance(access, Denied):
        return asking, refusals(asking, access)
    return replace(asking, viewer=asking.viewer_as(access.viewer)), answers(asking, access.channels)


def encode(asking: Asking, answered: dict[str, Any]) -> bytes:
    """Return what the process of the socket is told: who will listen to which channels.

    The viewer's headers are in it, with the cookie of the session: only a process of this site can read it.
    """
    channels = {
        region: [answer["channel"], asking.regions[region]]
        for region, answer in answered.items()
        if "channel" in answer
    }
    told = {"address": asdict(asking.address), "viewer": asdict(asking.viewer), "socket_id": asking.socket_id}
    return seal(json.dumps(told | {"channels": channels}).encode())


def decode(line: bytes) -> tuple[Asking, dict[str, tuple[str, str]]]:
    """Return what :func:`encode` was told.

    Raises:
        NotOurs: no process of this site has encoded it.
    """
    told = json.loads(unseal(line))
    channels = {region: (channel, version) for region, (channel, version) in told["channels"].items()}
    regions = {region: version for region, (_, version) in channels.items()}
    asking = Asking(Address(**told["address"]), Viewer(**told["viewer"]), told["socket_id"], regions)
    return asking, channels


def expect(engine: Engine, asking: Asking, channels: dict[str, tuple[str, str]]) -> None:
    """Let the engine of the socket's process expect it.

    Where this process knows by itself that the viewer may see the same regions, it asks the site no more.
    """
    known = fresh_access(asking, engine.memory)
    if known is not None and any(known.channels[region] != channels[region][0] for region in channels):
        known = None
    viewer = asking.viewer if known is None else asking.viewer_as(known.viewer)
    engine.expect(asking.address, viewer, asking.socket_id, channels, known)
