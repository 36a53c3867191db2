"""A browser follows a model: it is let in by its permission, and hears what the admin writes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import urllib3
from django.contrib.auth.models import Permission, User
from django.test import Client as Browser
from websockets.sync.client import connect

from onair.testing import LiveServerTestCase
from tests.server.clients import Client
from tests.site.desk.models import Story


class EndToEndTests(LiveServerTestCase):
    def setUp(self) -> None:
        self.story = Story.objects.create(title="Harbour")
        self.channel = f"private-desk.story.{self.story.pk}"
        self.viewer = User.objects.create_user("viewer")
        self.viewer.user_permissions.set(Permission.objects.filter(codename="view_story"))

    @contextmanager
    def open_page(self) -> Iterator[tuple[Client, str]]:
        with connect(f"{self.live_socket_url}?protocol=7", origin=self.live_server_url) as connection:
            client = Client(connection)
            yield client, client.established()

    def ask(self, user: User, channel: str, socket_id: str) -> Any:
        browser = Browser()
        browser.force_login(user)
        cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in browser.cookies.items())
        return urllib3.request(
            "POST",
            f"{self.live_server_url}/onair/auth",
            fields={"socket_id": socket_id, "channel_name": channel},
            headers={"Origin": self.live_server_url, "Cookie": cookies},
        )

    def write_in_the_admin(self, title: str) -> None:
        admin = Browser()
        admin.force_login(User.objects.create_superuser(f"admin {title}"))
        answer = admin.post(f"/admin/desk/story/{self.story.pk}/change/", {"title": title, "views": "0"})
        assert answer.status_code == 302

    def test_an_object_that_is_saved_in_the_admin_reaches_who_may_view_it(self) -> None:
        with self.open_page() as (client, socket_id):
            answer = self.ask(self.viewer, self.channel, socket_id)
            assert answer.status == 200
            client.subscribe(self.channel, **answer.json())
            self.write_in_the_admin("Port")
            message = client.receive()
        assert message["event"] == "story.updated"
        assert message["channel"] == self.channel
        data = message["data"] if isinstance(message["data"], dict) else json.loads(message["data"])
        assert data["id"] == self.story.pk
        assert data["object"]["title"] == "Port"
        assert "title" in data["changed"]
        assert "api_key" not in data["object"]

    def test_who_may_not_view_it_is_refused(self) -> None:
        stranger = User.objects.create_user("stranger")
        with self.open_page() as (_, socket_id):
            for channel in (self.channel, "private-desk.story"):
                assert self.ask(stranger, channel, socket_id).status == 403
