"""A page's token exchanged in a process that has no sockets: the one that has them is told who will come.

The page's own path waits for no network; this exchange does, for a moment, until the other process knows who
comes. That one asks the site itself whether the viewer may see the page.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

from onair.live.rendering.exchange import Asking, answers, refusals
from onair.live.rendering.replay import Denied, replay
from onair.live.rendering.viewer import Address, Viewer


def answer(asking: Asking) -> tuple[Asking, dict[str, Any]]:
    """Return, by region, the channel with its signature, or why there is none; and who has asked.

    Who may see what is asked each time: this process does not hear of all that may have changed it.
    """
    result = replay(asking.address, asking.viewer, frozenset(asking.regions))
    if isinstance(result, Denied):
        return asking, refusals(asking, result)
    channels = {region.id: region.channel for region in result.regions.values()}
    return replace(asking, viewer=asking.viewer_as(result.viewer)), answers(asking, channels)


def encode(asking: Asking, answered: dict[str, Any]) -> bytes:
    """Return what the process of the sockets is told: who will listen to which channels.

    The viewer's headers are in it. It goes to the site's own server, signed, and is kept in memory alone.
    """
    channels = {
        region: [answer["channel"], asking.regions[region]]
        for region, answer in answered.items()
        if "channel" in answer
    }
    told = {"address": asdict(asking.address), "viewer": asdict(asking.viewer), "socket_id": asking.socket_id}
    return json.dumps(told | {"channels": channels}).encode()


def decode(line: bytes) -> tuple[Asking, dict[str, tuple[str, str]]]:
    """Return what :func:`encode` was told."""
    told = json.loads(line)
    channels = {region: (channel, version) for region, (channel, version) in told["channels"].items()}
    regions = {region: version for region, (_, version) in channels.items()}
    asking = Asking(Address(**told["address"]), Viewer(**told["viewer"]), told["socket_id"], regions)
    return asking, channels
