"""A client on an otherwise empty page, and what a test asks of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Page

from tests.browser.served import Served

SCRIPT = Path(__file__).with_name("page_script.js")

#: Milliseconds that a page waits for a pong when its browser says that the network has changed.
PROBE = 5_000

#: The same where pusher-js has the connection.
PROBE_OF_PUSHER_JS = 30_000


class Client:
    """One of the clients, in a window of its own."""

    def __init__(self, page: Page, site: Served, kind: str) -> None:
        self.page = page
        self.site = site
        self.probe = PROBE if kind == "onair-js" else PROBE_OF_PUSHER_JS
        page.clock.install()
        page.goto(f"{site.url}/{kind}/")
        page.add_script_tag(path=SCRIPT)
        page.evaluate("start", kind)

    @property
    def socket_id(self) -> str:
        return str(self.page.evaluate("socketId()"))

    def join(self, channel: str, **options: str) -> None:
        self.page.evaluate("join", [channel, options])

    def hears(self, channel: str, event: str) -> Any:
        """Wait for an event; return its data."""
        return self.page.wait_for_function("find", arg=[channel, event]).json_value().get("data")

    def forget(self) -> None:
        self.page.evaluate("heard.length = 0")

    def has_heard(self, channel: str, event: str) -> bool:
        return bool(self.page.evaluate("find", [channel, event]))

    def joins(self, channel: str, **options: str) -> None:
        """Join a channel and wait until that has succeeded."""
        self.join(channel, **options)
        self.hears(channel, "pusher:subscription_succeeded")

    def told(self, channel: str) -> list[tuple[str, Any]]:
        """All that it has heard on a channel, in order: names, and the data of "news"."""
        return [(event, data) for event, data in self.page.evaluate("told", channel)]

    def sign_in(self) -> None:
        """Sign in, and wait until what is sent to the user is heard."""
        self.page.evaluate("signIn()")
        self.page.wait_for_function("isSignedIn()")

    def lose_the_network(self) -> None:
        """Cut the page off, and wait until it has noticed."""
        self.page.context.set_offline(True)
        for _ in range(2):  # one for the lack of a pong, one for a try that fails
            self.page.clock.fast_forward(self.probe)
        self.page.wait_for_function("['connecting', 'unavailable'].includes(state())")

    def find_the_network(self) -> None:
        """Let the page back, and wait until it is connected."""
        self.page.context.set_offline(False)
        self.page.wait_for_function("state() === 'connected'")

    def members(self, channel: str) -> list[str]:
        names: list[str] = self.page.evaluate("namesOfMembers", channel)
        return names

    def publish(self, channel: str, data: Any, *, exclude: str | None = None) -> None:
        headers = {"X-Pusher-Socket-Id": exclude} if exclude else {}
        address = f"{self.site.url}/publish/{quote(channel)}/news/"
        assert self.page.request.post(address, data=json.dumps(data), headers=headers).ok
