"""Who may listen to which region, and what nobody hears."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.core import signing
from django.test import Client as Browser

import onair
from onair.live import tokens
from tests.http_client import request
from tests.live.rendering.case import PagesTestCase, view_ticket
from tests.live.rendering.pages import Page
from tests.server.clients import wait_until
from tests.site.board.models import Ticket

HOSTILE = [
    "<script>alert(1)</script>",
    "--><img src=x onerror=alert(1)>",
    "<!--o:0-->",
    "<!--/o:0-->",
    "<!--o:r:page-->",
    '"><b data-o="0">',
    "' onload='x",
    "\ufdd0v\ufdd1",
    "\ufdd0/\ufdd1",
    "&lt;script&gt;",
    "</li></ul><p>",
    "\x00\x1f",
    "</script>",
    "{{ t.notes }}{% live %}",
]


class Tests(PagesTestCase):
    def ask(self, page: Page, **changes: Any) -> Any:
        """Exchange the page's token; what is changed of the asking, and of how it is sent."""
        headers = page._headers() | changes.pop("headers", {})
        body = {"token": page.data["token"], "socket_id": page.socket_id, "regions": page.versions} | changes
        return request("POST", f"{self.live_server_url}{page.data['url']}", json=body, headers=headers)

    def refused(self, page: Page, channel: str, auth: str) -> bool:
        page.client.send("pusher:subscribe", {"channel": channel, "auth": auth})
        return bool(page.client.receive()["event"] != "pusher_internal:subscription_succeeded")

    def test_a_token_is_good_for_nothing_but_what_it_was_given_for(self) -> None:
        anna, ben = self.user("anna"), self.user("ben")
        page, bens, nobodys = (self.open("/login/", anna), self.open("/login/", ben), self.open("/list/"))
        good = page.data["token"]
        expired = good.rpartition(":")[0]
        for token in [
            bens.data["token"],
            nobodys.data["token"],
            good[:-1] + ("a" if good[-1] != "a" else "b"),
            good[1:],
            expired,
            "",
            "x" * 100_000,
            signing.dumps({"at": ["http://x", "", "/login/", ""], "user": str(anna.pk), "session": ""}),
            signing.dumps({"user": ""}, salt="another"),
        ]:
            answer = self.ask(page, token=token)
            assert answer.status in (400, 403), (token[:40], answer.data)
            assert "channel" not in answer.data.decode()
        assert self.ask(page).status == 200

    def test_a_token_is_good_for_some_hours(self) -> None:
        page = self.open("/list/")
        old = signing.TimestampSigner(salt=tokens.SALT)
        old.timestamp = lambda: signing.b62_encode(1)  # type: ignore[method-assign]
        data = signing.loads(page.data["token"], salt=tokens.SALT)
        expired = old.sign_object(data, compress=True)
        answer = self.ask(page, token=expired)
        assert answer.status == 403
        assert "too long" in answer.data.decode()

    def test_a_page_of_another_session_of_the_same_user_is_another_page(self) -> None:
        anna = self.user("anna")
        first, second = self.open("/login/", anna), self.open("/login/", anna)
        assert self.ask(first, token=second.data["token"]).status == 403

    def test_what_is_no_asking_is_refused_with_how_to_ask(self) -> None:
        page = self.open("/list/")
        for changes in [
            {"regions": None},
            {"regions": []},
            {"regions": {str(number): "" for number in range(65)}},
            {"regions": {"x" * 201: ""}},
            {"regions": {"x": "v" * 201}},
            {"regions": {"x": {"v": 1}}},
            {"socket_id": "x"},
            {"socket_id": 1},
            {"token": None},
            {"token": ["a"]},
        ]:
            answer = self.ask(page, **changes)
            assert answer.status == 400, changes
            assert json.loads(answer.data)["error"]

    def test_a_region_that_the_page_does_not_have_is_gone(self) -> None:
        page = self.open("/list/")
        for region in ("page", "0", "x" * 200, "../..", "<b>"):
            answer = self.ask(page, regions={region: ""}).json()
            assert answer["regions"] == {region: {"gone": True}}
        assert page.socket_id not in {socket_id for _, socket_id in self.engine._admitted}

    def test_another_sites_page_asks_in_vain(self) -> None:
        page = self.open("/list/")
        assert self.ask(page, headers={"Origin": "https://evil.example"}).status == 403
        assert request("GET", f"{self.live_server_url}{page.data['url']}").status == 405

    def test_a_signature_is_for_one_socket(self) -> None:
        first, second = self.open("/list/"), self.open("/list/")
        ((_, answer),) = first.exchange().items()
        assert self.refused(second, **answer)
        assert not self.refused(first, **answer)

    def test_a_signature_is_good_once(self) -> None:
        page = self.open("/list/")
        ((_, answer),) = page.exchange().items()
        assert not self.refused(page, **answer)
        page.client.send("pusher:unsubscribe", {"channel": answer["channel"]})
        page.client.send("pusher:ping")
        assert page.client.receive()["event"] == "pusher:pong"
        self.engine_has_nobody(answer["channel"])
        assert self.refused(page, **answer)

    def engine_has_nobody(self, channel: str) -> None:
        wait_until(lambda: not any(key[0] == channel for key in self.engine._admitted), "it is let go of")

    def test_a_signature_is_good_for_nothing_after_an_expulsion(self) -> None:
        anna = self.user("anna", may_view=True)
        page = self.open("/permitted/", anna)
        ((_, answer),) = page.exchange().items()
        assert not self.refused(page, **answer)
        anna.user_permissions.clear()
        assert page.patch()["again"] is True
        assert self.refused(page, **answer)
        assert list(page.exchange().values()) == [{"denied": True}]

    def test_a_fragment_is_as_secret_as_its_page(self) -> None:
        anna, ben = self.user("anna", may_view=True), self.user("ben")
        page = self.open("/permitted/", anna)
        self.ticket("Secret")
        (region,) = page.versions
        headers = {"X-OnAir-Region": region}
        url = f"{self.live_server_url}/permitted/"
        allowed = request("GET", url, headers=page._headers() | headers)
        assert "Secret" in allowed.json()["html"]
        assert "no-store" in allowed.headers["Cache-Control"]
        bens = Browser()
        bens.force_login(ben)
        cookie = {"Cookie": f"sessionid={bens.cookies['sessionid'].value}"}
        assert request("GET", url, headers=headers | cookie).status == 403
        assert request("GET", url, headers=headers).status in (302, 403)
        gone = request("GET", url, headers=page._headers() | {"X-OnAir-Region": "nothing"})
        assert gone.json() == {"r": "nothing", "gone": True}

    def test_no_frame_of_one_user_has_a_byte_of_the_other(self) -> None:
        editor, reader = self.user("editor", may_view=True), self.user("reader")
        secret = self.ticket("public-title", notes="editor-secret", owner=None)
        pages = [self.page("/joint/", user) for user in (editor, reader)]
        assert not set(pages[0].channels.values()) & set(pages[1].channels.values())
        for number in range(4):
            self.ticket(f"t{number}", notes=f"editor-secret-{number}")
            Ticket.objects.filter(pk=secret.pk).update(notes=f"editor-secret-again-{number}")
            self.ticket("own", notes=f"reader-own-{number}", owner=reader)
            self.ticket("own", notes=f"editor-own-{number}", owner=editor)
        onair.publish("news", "end")
        heard: list[str] = []
        for page in pages:
            text = page.html
            last = ("editor-own-3", "editor-secret-3") if page is pages[0] else ("reader-own-3",)
            while not all(word in text for word in last):
                text += json.dumps(page.client.receive())
            heard.append(text)
        assert "editor-secret-3" in heard[0]
        assert "editor-own-3" in heard[0]
        for word in ("editor", "public-title"):
            assert word not in heard[1].replace("editors", "")
        assert "reader-own-3" in heard[1]

    def test_permissions_of_a_group_are_looked_at(self) -> None:
        takings: list[Callable[[User, Group], object]] = [
            lambda user, group: user.groups.clear(),
            lambda user, group: group.permissions.clear(),
            lambda user, group: group.delete(),
        ]
        for number, take in enumerate(takings):
            group = Group.objects.create(name=f"Editors {number}")
            group.permissions.add(view_ticket())
            user = self.user(f"user{number}")
            user.groups.add(group)
            page = self.page("/permitted/", user)
            take(user, group)
            assert page.patch()["again"] is True
            assert list(page.exchange().values()) == [{"denied": True}]

    def test_who_is_revoked_is_looked_at(self) -> None:
        anna = self.user("anna")
        pages = [self.page("/login/", user) for user in (anna, self.user("ben"))]
        Session.objects.filter(session_key=pages[0].cookies["sessionid"]).delete()
        onair.revoke(anna)
        assert pages[0].patch()["again"] is True
        with pytest.raises(AssertionError, match="logged in or out"):
            pages[0].exchange()
        self.ticket("Secret")
        assert "Secret" in str(pages[1].patch())

    def test_whose_session_is_gone_is_shown_nothing_more(self) -> None:
        page = self.page("/login/", self.user("anna"))
        Session.objects.all().delete()
        self.ticket("Secret")
        assert page.patch() == {"r": next(iter(page.versions)), "denied": True}

    def test_hostile_rows_are_text_in_pages_and_patches(self) -> None:
        page = self.page("/list/")
        for text in HOSTILE:
            self.ticket(text, notes=text)
        fresh = self.open("/list/").html
        last = self.ticket("the end")
        heard = ""
        while "the end" not in heard:
            heard += json.dumps(page.patch())
        last.delete()
        for text in (fresh.partition("<body>")[2], heard):
            for markup in (
                "<script",
                "<img",
                "<b ",
                "</script",
                "' onload",
                "<p>",
                "<!--o:r:page",
                "\ufdd0",
                "\\ufdd0",
            ):
                assert markup not in text, markup
        # Each row is one item, with one value in it.
        body = fresh.partition("<ul>")[2].partition("</ul>")[0]
        assert body.count("<li>") == len(HOSTILE)
        assert body.count("<!--o:") == body.count("<!--/o:") == 2 * len(HOSTILE) + 2
