"""Chromium windows, and all that goes wrong in them."""

from __future__ import annotations

import os
import re
import shutil

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, WebSocket

FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

#: What Chromium itself logs when nobody is at the other end.
LOST_SERVER = re.compile(
    r"^WebSocket connection to .* failed|net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE)"
)


def launch(playwright: Playwright) -> Browser:
    """Start the machine's Chromium: the environment's ``CHROMIUM``, or the one on the PATH."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        raise RuntimeError("The browser tests need Chromium: run scripts/install-chromium, or set CHROMIUM.")
    return playwright.chromium.launch(executable_path=path, args=FLAGS)


class Window:
    """A page in a browser that shares nothing with the other windows.

    ``problems`` is whatever a developer would see in the console: errors, warnings, exceptions.
    """

    def __init__(self, context: BrowserContext, tolerated: re.Pattern[str] | None = None) -> None:
        self.context = context
        self.tolerated = tolerated
        self.page: Page = context.new_page()
        self.problems: list[str] = []
        self.sockets: list[WebSocket] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("websocket", lambda socket: self.sockets.append(socket))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning"}:
            return
        if self.tolerated is None or not self.tolerated.search(message.text):
            self.problems.append(message.text)
