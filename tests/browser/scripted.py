"""A live page whose server is a script: a test says what comes over the socket, and what the site answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, Route, WebSocketRoute

from tests.browser.live_page import POLICY, SOURCES

ORIGIN = "http://live.test"
BUILT = SOURCES.parents[1] / "src" / "onair" / "static" / "onair"

DOCUMENT = """<!doctype html>
<html lang="en"><head><title>A page</title><link rel="icon" href="data:,">
<script type="application/json" id="onair-live">{told}</script>
{scripts}</head>
<body>{body}</body></html>"""

CLIENT = '<script defer src="/onair.js" data-onair-key="key" data-onair-auth="/auth"></script>'
PAGE = '<script defer src="/onair-page.js" data-onair-page=""></script>'

#: Says what the page's events were.
SCRIPT = """
window.heard = [];
for (const name of ["patched", "stale", "denied"]) {
    document.addEventListener(`onair:${name}`, ({ detail }) => heard.push([name, detail]));
}
// Jitter would only make the tests slower.
Math.random = () => 0;
"""


class ScriptedPage:
    """A page with regions, each on the channel ``private-onair-live-ID`` with the auth ``key:ID``.

    The first ``refuses`` subscriptions are refused. ``asked`` has what the page has asked the site for:
    exchanges, and the ids of regions that it fetched.
    """

    def __init__(
        self,
        page: Page,
        regions: dict[str, dict[str, Any]],
        body: str,
        scripts: str = CLIENT + PAGE,
        refuses: int = 0,
        **told: Any,
    ) -> None:
        self.page = page
        self.sockets: list[WebSocketRoute] = []
        self.frames: list[dict[str, Any]] = []
        self.asked: list[Any] = []
        self.exchange: Callable[[str], dict[str, Any]] = lambda region: {
            "channel": f"private-onair-live-{region}",
            "auth": f"key:{region}",
        }
        self.refuses = refuses
        self.fragment: dict[str, Any] = {}
        self.authorized: list[dict[str, Any]] = []
        data = {"token": "token-1", "url": "/onair/live/", "regions": regions, **told}
        self.document = DOCUMENT.format(told=json.dumps(data), body=body, scripts=scripts)
        page.add_init_script(SCRIPT)
        page.route(f"{ORIGIN}/**", self._serve)
        page.route_web_socket("**/app/key**", self._accept)
        page.goto(f"{ORIGIN}/")

    def _accept(self, socket: WebSocketRoute) -> None:
        self.sockets.append(socket)
        socket.on_message(self._receive)
        identity = {"socket_id": f"{len(self.sockets)}.1", "activity_timeout": 120}
        socket.send(json.dumps({"event": "pusher:connection_established", "data": json.dumps(identity)}))

    def _receive(self, text: str | bytes) -> None:
        frame = json.loads(text)
        self.frames.append(frame)
        if frame["event"] == "pusher:subscribe":
            channel = frame["data"]["channel"]
            event = "pusher:subscription_error" if self.refuses else "pusher_internal:subscription_succeeded"
            self.refuses = max(0, self.refuses - 1)
            self._send(event, {}, channel)

    def _send(self, event: str, data: Any, channel: str) -> None:
        self.sockets[-1].send(json.dumps({"event": event, "data": json.dumps(data), "channel": channel}))

    def _serve(self, route: Route) -> None:
        request = route.request
        path = request.url.removeprefix(ORIGIN)
        region = request.headers.get("x-onair-region")
        if region:
            self.asked.append(region)
            route.fulfill(json=self.fragment)
        elif path in ("/onair.js", "/onair-page.js"):
            route.fulfill(path=BUILT / path[1:], content_type="text/javascript")
        elif path == "/auth":
            channels = request.post_data_json["channels"]
            self.authorized += channels
            member = {"auth": "key:presence", "channel_data": '{"user_id": "1"}'}
            route.fulfill(json={"channels": {channel["name"]: member for channel in channels}})
        elif path == "/onair/live/":
            asked = request.post_data_json
            self.asked.append(asked)
            answers = {region: self.exchange(region) for region in asked["regions"]}
            route.fulfill(json={"regions": answers, "token": f"token-{len(self.asked) + 1}"})
        else:
            headers = {"Content-Security-Policy": POLICY}
            route.fulfill(body=self.document, content_type="text/html", headers=headers)

    @property
    def subscribed(self) -> list[tuple[str, str]]:
        subscriptions = [frame["data"] for frame in self.frames if frame["event"] == "pusher:subscribe"]
        return [(data["channel"].removeprefix("private-onair-live-"), data["auth"]) for data in subscriptions]

    def listens(self, times: int = 1) -> None:
        """Wait until the page has subscribed so many times."""
        self.waits(lambda: len(self.subscribed) >= times)

    def waits(self, condition: Callable[[], bool]) -> None:
        """Let the page go on until a condition of this side holds."""
        for _ in range(400):
            if condition():
                return
            self.page.evaluate("new Promise((done) => setTimeout(done, 25))")
        raise AssertionError("It has not come.")

    def says(self, region: str, **patch: Any) -> None:
        """Let the server publish a patch."""
        self._send("onair:patch", {"r": region, **patch}, f"private-onair-live-{region}")

    def hears(self, name: str, times: int = 1) -> list[dict[str, Any]]:
        """Wait for an event of the page; return all of that name."""
        count = "([name, times]) => heard.filter(([one]) => one === name).length >= times"
        self.page.wait_for_function(count, arg=[name, times])
        heard: list[list[Any]] = self.page.evaluate(
            "heard.map(([name, { elements, ...detail }]) => [name, detail])"
        )
        return [detail for one, detail in heard if one == name]
