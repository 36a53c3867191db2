"""Whether what the server says of its channels is the truth of the pages."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

from benchmarks.chaos.crowd import ROOMS, Crowd
from benchmarks.chaos.http_api import OK, ask_afresh
from benchmarks.chaos.page import Address
from benchmarks.chaos.plain import PlainPages

#: How often all must agree in a row: each time another worker may answer.
AGREEMENTS = 4

#: Seconds between two questions.
LOOK = 0.25


class Wrong(Exception):
    """The server and the pages have not come to agree."""


async def agree(
    address: Address, app_id: str, crowd: Crowd, plain: PlainPages | None, patience: float
) -> float:
    """Wait until the counts and the members are right, as the API has them and as the pages see them.

    Returns:
        The seconds until they were.

    Raises:
        Wrong: They were not within the seconds of ``patience``; the message says what was wrong last.
    """
    started, agreements, first = time.monotonic(), 0, 0.0
    while agreements < AGREEMENTS:
        wrong = await _difference(address, app_id, crowd, plain)
        now = time.monotonic() - started
        if wrong and now > patience:
            raise Wrong(wrong)
        first = first if agreements else now
        agreements = 0 if wrong else agreements + 1
        await asyncio.sleep(LOOK if wrong else 0)
    return first


async def _difference(address: Address, app_id: str, crowd: Crowd, plain: PlainPages | None) -> str:
    """What is not as it is, in a few words; empty where everything is right."""
    truth: Counter[str] = Counter(crowd.counts())
    if plain is not None:
        truth.update(await plain.counts())
    found = await _found(address, app_id, "channels", info="subscription_count")
    if found is None:
        return "the API does not answer"
    counts = {name: each["subscription_count"] for name, each in found["channels"].items()}
    if counts != truth:
        return f"the API counts {_unlike(counts, truth)}"
    users = crowd.users()
    for room in ROOMS:
        found = await _found(address, app_id, f"channels/{room}/users")
        members = set() if found is None else {user["id"] for user in found["users"]}
        if members != users[room]:
            return f"the API has {len(members)} users in {room}, of which there are {len(users[room])}"
    rosters = crowd.wrong_rosters()
    return f"{rosters} pages see other members than there are" if rosters else ""


async def _found(address: Address, app_id: str, endpoint: str, **params: str) -> Any:
    answer = await ask_afresh(address, app_id, endpoint, **params)
    return None if answer is None or answer.status != OK else answer.content


def _unlike(found: Mapping[str, int], truth: Mapping[str, int]) -> str:
    names = sorted(name for name in {*found, *truth} if found.get(name, 0) != truth.get(name, 0))
    return ", ".join(f"{name}: {found.get(name, 0)} of {truth.get(name, 0)}" for name in names[:5])
