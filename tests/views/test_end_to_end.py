"""A browser's whole way: it logs in, asks the endpoints over HTTP, and shows the socket what they signed."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pusher
import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client as Browser
from websockets.sync.client import connect

import onair
from onair import conf, encryption
from onair.authorization.rules import authorize, rules
from onair.authorization.watchlist import watchlist, watchlists
from onair.testing import LiveServerTestCase
from tests.http_client import request
from tests.publishing.sealed import opened
from tests.server.clients import Client

CHANNEL = "private-encrypted-board"


@dataclass
class Visitor:
    """Somebody who has a page of the site open, with its socket."""

    site: str
    cookies: str
    client: Client
    socket_id: str

    def ask(self, endpoint: str, **fields: str) -> Any:
        """Ask an endpoint of the site, as a script of its pages does."""
        headers = {"Origin": self.site, "Cookie": self.cookies}
        response = request(
            "POST", f"{self.site}/onair/{endpoint}", fields=self._form(fields), headers=headers
        )
        assert response.status == 200, response.data
        return response.json()

    def _form(self, fields: dict[str, str]) -> dict[str, str]:
        return {"socket_id": self.socket_id, **fields}

    def sign_in(self) -> dict[str, Any]:
        """Sign the connection in, and return what it is told of the user."""
        self.client.send("pusher:signin", self.ask("user-auth"))
        answer = self.client.receive()
        assert answer["event"] == "pusher:signin_success"
        return dict(json.loads(answer["data"]["user_data"]))

    def receive(self, event: str) -> Any:
        message = self.client.receive()
        assert message["event"] == event, message
        return message["data"]


@pytest.mark.usefixtures("no_rules")
class EndToEndTests(LiveServerTestCase):
    @contextmanager
    def visit(self, user: User) -> Iterator[Visitor]:
        browser = Browser()
        browser.force_login(user)
        cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in browser.cookies.items())
        with connect(f"{self.live_socket_url}?protocol=7", origin=self.live_server_url) as connection:
            client = Client(connection)
            yield Visitor(self.live_server_url, cookies, client, client.established())

    def test_a_user_signs_in_and_hears_what_is_for_it_alone(self) -> None:
        anna, ben = map(User.objects.create_user, ("anna", "ben"))
        with self.visit(anna) as annas, self.visit(ben) as bens:
            for visitor, user in ((annas, anna), (bens, ben)):
                assert visitor.sign_in() == {"id": str(user.pk), "user_info": {"name": user.username}}
                joined = visitor.client.subscribe(f"#server-to-user-{user.pk}", auth="")
                assert joined["event"] == "pusher_internal:subscription_succeeded"
            with transaction.atomic():
                onair.publish(f"#server-to-user-{anna.pk}", "invoice", {"paid": True})
            onair.publish([f"#server-to-user-{ben.pk}", f"#server-to-user-{anna.pk}"], "last")
            assert annas.receive("invoice") == {"paid": True}
            annas.receive("last")
            bens.receive("last")

    def test_a_user_is_told_when_those_whom_it_watches_come_and_go(self) -> None:
        anna, ben = map(User.objects.create_user, ("anna", "ben"))
        watchlist(lambda request: User.objects.exclude(pk=request.user.pk))
        with self.visit(anna) as annas:
            annas.sign_in()
            told = [annas.receive("pusher_internal:watchlist_events")]
            with self.visit(ben) as bens:
                bens.sign_in()
                told.append(annas.receive("pusher_internal:watchlist_events"))
            told.append(annas.receive("pusher_internal:watchlist_events"))
        assert [event for message in told for event in message["events"]] == [
            {"name": name, "user_ids": [str(ben.pk)]} for name in ("offline", "online", "offline")
        ]

    def test_who_may_join_an_encrypted_channel_can_read_it(self) -> None:
        authorize(CHANNEL)(lambda request: request.user.is_authenticated)
        with self.visit(User.objects.create_user("anna")) as visitor:
            answer = visitor.ask("auth", channel_name=CHANNEL)
            key = b64decode(answer.pop("shared_secret"))
            visitor.client.subscribe(CHANNEL, **answer)
            onair.publish(["board", CHANNEL], "note", {"text": "zoë"})
            sealed = json.dumps(visitor.receive("note"))
            assert "zo" not in sealed
            assert json.loads(opened(CHANNEL, sealed, key)) == {"text": "zoë"}

    def test_what_the_official_library_encrypts_with_the_sites_key_can_be_read(self) -> None:
        authorize(CHANNEL)(lambda request: True)
        app, master_key = conf.app(), b64encode(encryption.master_key()).decode()
        host, _, port = self.live_server_url.removeprefix("http://").partition(":")
        library = pusher.Pusher(
            app.id,
            app.key,
            app.secret,
            host=host,
            port=int(port),
            ssl=False,
            encryption_master_key_base64=master_key,
        )
        with self.visit(User.objects.create_user("anna")) as visitor:
            answer = visitor.ask("auth", channel_name=CHANNEL)
            key = b64decode(answer.pop("shared_secret"))
            visitor.client.subscribe(CHANNEL, **answer)
            library.trigger(CHANNEL, "note", {"text": "hi"})
            assert json.loads(opened(CHANNEL, json.dumps(visitor.receive("note")), key)) == {"text": "hi"}


@pytest.fixture
def no_rules() -> Iterator[None]:
    with rules.set_aside(), watchlists.set_aside():
        yield
