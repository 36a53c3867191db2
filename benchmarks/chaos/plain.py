"""Pages with official pusher-js beside those of onair.js: what they lose is told, and no fault."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.chaos.following import EVENT
from benchmarks.chaos.ledger import Ledger, Mark, Tally
from benchmarks.chaos.page import Address
from benchmarks.peers import found
from benchmarks.process import ROOT

SCRIPT = Path(__file__).with_name("plain.mjs")

#: Where the library is.
LIBRARIES = ROOT / "tests" / "clients" / "package.json"

PATIENCE = 30

#: Bytes of the longest line that the pages say.
LONGEST_LINE = 1 << 26


def is_installed() -> bool:
    """Whether there are Node and the library."""
    try:
        found("node")
    except FileNotFoundError:
        return False
    return (LIBRARIES.parent / "node_modules" / "pusher-js").is_dir()


class PlainPages:
    """Pages in a process of Node, one on each of the channels that are given."""

    def __init__(self, address: Address, channels: Sequence[str]) -> None:
        given = {
            "from": str(LIBRARIES),
            "port": address.port,
            "key": address.credential.key,
            "event": EVENT,
            "channels": channels,
        }
        self._command = [found("node"), str(SCRIPT), json.dumps(given)]
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Connect all, and wait until they have joined."""
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(
            *self._command, stdin=pipe, stdout=pipe, limit=LONGEST_LINE
        )
        await self._said()

    async def counts(self) -> Mapping[str, int]:
        """How many are on each channel now."""
        return Counter(page["channel"] for page in await self._ask("joined") if page["joined"])

    async def judge(self, ledger: Ledger) -> Tally:
        """What they got of what was acknowledged."""
        return Tally.of(
            ledger.judge(page["channel"], [[Mark(*mark) for mark in page["seen"]]])
            for page in await self._ask("seen")
        )

    def kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    async def _ask(self, what: str) -> list[dict[str, Any]]:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(f"{what}\n".encode())
        pages: list[dict[str, Any]] = await self._said()
        return pages

    async def _said(self) -> Any:
        assert self._process is not None
        assert self._process.stdout is not None
        return json.loads(await asyncio.wait_for(self._process.stdout.readline(), PATIENCE))
