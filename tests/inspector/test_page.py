"""The inspector's pages: what they show, what they hide until asked, and how they follow."""

from __future__ import annotations

import html
import json
import re

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client as Browser
from django.test import override_settings
from websockets.sync.client import connect

import onair
from onair.inspector import site
from onair.testing import LiveServerTestCase
from tests.live.rendering.pages import Page
from tests.server.clients import Client, wait_until
from tests.site.board.models import Column, Ticket

SECRET = "nobody may see this before it is asked for"


@override_settings(ROOT_URLCONF="tests.inspector.pages")
class InspectorTests(LiveServerTestCase):
    def setUp(self) -> None:
        self.browser = Browser()
        self.browser.force_login(User.objects.create_superuser("anna"))

    def wait_until_alone(self) -> None:
        def is_alone() -> bool:
            text = self.text()
            return "connections 0 channels 0" in text and "No page with live regions is open." in text

        wait_until(is_alone, "the connections of the test before are gone")

    def text(self, path: str = "/onair/") -> str:
        """The page as one reads it: without tags, with single blanks."""
        response = self.browser.get(path)
        assert response.status_code == 200
        found = re.sub(
            r"<script.*?</script>|<!--.*?-->|<[^>]+>", " ", response.content.decode(), flags=re.DOTALL
        )
        return " ".join(html.unescape(found).split())

    def event_id(self) -> str:
        return site.look().site.events[0].ids[0]

    def listener(self, *channels: str) -> Client:
        client = Client(self.enterContext(connect(f"{self.live_socket_url}?protocol=7")))
        client.established()
        for channel in channels:
            assert client.subscribe(channel)["event"] == "pusher_internal:subscription_succeeded"
        return client

    def page(self) -> Page:
        """The inspector, open in a browser that is connected."""
        cookies = {"sessionid": self.browser.cookies["sessionid"].value}
        page = Page(self.live_server_url, self.live_socket_url, cookies)
        page.load("/onair/")
        return self.enterContext(page.connected()).listen()

    def sends(self, **fields: str) -> str:
        form = {"onair-event": "send", "channels": "news", "name": "hello", "payload": "{}"} | fields
        response = self.browser.post("/onair/", form)
        return f"{response.status_code} {html.unescape(response.content.decode())}"

    def test_the_path_of_an_event_ends_at_so_many_sockets(self) -> None:
        site.look()
        client = self.listener("news")
        self.listener("news")
        onair.publish("news", "hello", {"n": 1})
        assert client.receive()["event"] == "hello"
        text = self.text()
        assert re.search(
            r"hello on news Payload 7 bytes published committed \+\S.*? sent \+\S.*? delivered to 2 sockets",
            text,
        ), text

    def test_what_nobody_hears_says_so(self) -> None:
        self.listener("another-channel")
        site.look()
        onair.publish("news", "hello")
        wait_until(lambda: "nobody listens" in self.text(), "the event arrives")
        assert re.search(r"not delivered \+.{,20} nobody listens", self.text())

    def test_what_is_too_large_is_dropped_and_says_why(self) -> None:
        site.look()
        onair.publish("news", "hello", "x" * 200_000)
        assert re.search(r"dropped The event 'hello' on news has 200,002 bytes of data", self.text())

    def test_an_event_waits_for_its_transaction(self) -> None:
        self.listener("another-channel")
        site.look()
        with transaction.atomic():
            onair.publish("news", "hello")
            assert "not committed: its transaction is open" in self.text()
        wait_until(lambda: "nobody listens" in self.text(), "the event arrives")

    def test_what_nobody_looked_at_is_not_kept(self) -> None:
        client = self.listener("news")
        onair.publish("news", "hello")
        assert client.receive()["event"] == "hello"
        assert "Nothing has happened since." in self.text()

    def test_a_payload_is_shown_to_who_asks_for_it_and_not_before(self) -> None:
        site.look()
        onair.publish("news", "hello", {"text": SECRET})
        event_id = self.event_id()
        assert SECRET not in self.browser.get("/onair/").content.decode()
        assert SECRET in self.browser.get("/onair/event", {"event": event_id}).content.decode()

    def test_any_payload_can_be_shown(self) -> None:
        site.look()
        for data, shown in (
            ("\ud800", '"\\ud800"'),
            ("<script>alert(1)</script>", '"<script>alert(1)</script>"'),
            (json.loads("[" * 400 + "]" * 400), "["),
            (None, "null"),
        ):
            onair.publish("news", "hello", data)
            page = self.browser.get("/onair/event", {"event": self.event_id()}).content.decode()
            (found,) = re.findall(r"<pre[^>]*>(.*?)</pre>", page, flags=re.DOTALL)
            assert html.unescape(re.sub(r"<!--.*?-->", "", found)).startswith(shown)
            assert "<script>alert" not in page

    def test_no_patch_has_a_payload(self) -> None:
        page = self.page()
        onair.publish("news", "hello", {"text": SECRET})
        patch = ""
        while "hello" not in patch:
            patch = str(page.patch())
            assert SECRET not in patch

    def test_a_payload_is_shown_in_the_open_page(self) -> None:
        page = self.page()
        onair.publish("news", "hello", {"text": SECRET})
        place = [event["at"] for event in page.data["events"]].index(".payload-form")
        response = self.browser.post(
            "/onair/",
            {"event": self.event_id()},
            headers={"X-OnAir-Event": str(place), "X-OnAir-Token": page.data["token"]},
        )
        ((step, selector, shown), _) = response.json()["ops"]
        assert (step, selector) == ("html", "#payload")
        assert SECRET in shown

    def test_an_event_that_is_not_known_any_more_is_said_to_be(self) -> None:
        assert "not known any more" in self.text("/onair/event?event=x-1")

    def test_what_an_encrypted_event_carries_is_known_where_it_was_published(self) -> None:
        pytest.importorskip("nacl")
        site.look()
        onair.publish("private-encrypted-a", "hello", {"text": SECRET})
        text = self.text(f"/onair/event?event={self.event_id()}")
        assert "The channel is encrypted" in text
        assert SECRET in text

    def test_channels_connections_and_members_are_shown(self) -> None:
        self.wait_until_alone()
        client = Client(self.enterContext(connect(f"{self.live_socket_url}?protocol=7")))
        socket_id = client.established()
        client.join(onair_app(), socket_id, "presence-room", "ben")
        self.listener("cache-scores")
        text = self.text()
        assert "connections 2 channels 2" in text
        assert "presence-room presence 1 ben" in text
        assert "cache-scores public, cached 1" in text
        assert socket_id in text

    def test_live_regions_are_shown_with_what_they_follow_and_cost(self) -> None:
        column = Column.objects.create(name="To do")
        Ticket.objects.create(title="One", column=column)
        page = Page(self.live_server_url, self.live_socket_url)
        page.load("/list/")
        self.enterContext(page.connected()).listen()
        site.look()
        Ticket.objects.create(title="Two", column=column)
        assert page.patch()
        text = self.text()
        assert "/list/" in text
        assert "board_ticket is_open = True" in text
        assert re.search(r"everybody\S* .*? 1 1 \S+ ms \d+ bytes", text), text

    def test_the_inspector_does_not_show_its_own_regions(self) -> None:
        self.wait_until_alone()
        self.page()
        assert "No page with live regions is open." in self.text()

    def test_an_open_page_follows_what_happens(self) -> None:
        page = self.page()
        self.listener("news")
        patch = ""
        while "news" not in patch:
            patch = str(page.patch())
        onair.publish("news", "hello")
        while "delivered to 1 socket" not in patch:
            patch = str(page.patch())

    def test_who_is_not_a_superuser_any_more_is_shown_nothing_more(self) -> None:
        page = self.page()
        User.objects.filter(username="anna").update(is_superuser=False)
        while True:
            patch = page.patch()
            if patch.get("again") or patch.get("denied"):
                break
        assert all(answer == {"denied": True} for answer in page.exchange().values())

    def test_the_form_sends_an_event(self) -> None:
        client = self.listener("news", "sport")
        assert self.sends(channels="news  sport", payload='{"n": 1}').startswith("303")
        heard = sorted((client.receive() for _ in range(2)), key=lambda one: str(one["channel"]))
        assert heard == [
            {"channel": channel, "event": "hello", "data": {"n": 1}} for channel in ("news", "sport")
        ]

    def test_the_form_says_what_is_wrong(self) -> None:
        wrong = {
            "a b ä": ("channels", "is not a channel's name"),
            "pusher:hello": ("name", "are reserved"),
            "{": ("payload", "Enter a valid JSON."),
            "": ("name", "This field is required."),
        }
        for value, (field, message) in wrong.items():
            answer = self.sends(**{field: value})
            assert answer.startswith("200")
            assert message in answer

    def test_the_page_has_nothing_inline(self) -> None:
        found = self.browser.get("/onair/").content.decode()
        assert not re.findall(
            r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>|<style|\sstyle=|\son\w+=", found
        )


def onair_app() -> object:
    from onair import conf

    return conf.app()
