"""A browser follows a model: it is let in by its permission, and hears what the admin writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.models import Permission, User
from django.middleware.csrf import CSRF_ALLOWED_CHARS, CSRF_SECRET_LENGTH
from django.test import Client as Browser
from django.utils.crypto import get_random_string
from websockets.sync.client import connect

import onair
from onair.testing import LiveServerTestCase
from tests.http_client import request
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

    def cookies_of(self, user: User) -> dict[str, str]:
        browser = Browser()
        browser.force_login(user)
        return {name: morsel.value for name, morsel in browser.cookies.items()}

    def post(self, path: str, fields: dict[str, str], cookies: dict[str, str]) -> Any:
        headers = {
            "Origin": self.live_server_url,
            "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        }
        return request(
            "POST", f"{self.live_server_url}{path}", fields=fields, headers=headers, redirect=False
        )

    def ask(self, user: User, channel: str, socket_id: str) -> Any:
        fields = {"socket_id": socket_id, "channel_name": channel}
        return self.post("/onair/auth", fields, self.cookies_of(user))

    def write_in_the_admin(self, title: str) -> None:
        """Save the admin's form, as a browser does."""
        token = get_random_string(CSRF_SECRET_LENGTH, CSRF_ALLOWED_CHARS)
        fields = {"title": title, "views": "0", "csrfmiddlewaretoken": token}
        cookies = self.cookies_of(User.objects.create_superuser("admin")) | {"csrftoken": token}
        answer = self.post(f"/admin/desk/story/{self.story.pk}/change/", fields, cookies)
        assert answer.status == 302, answer.data.decode()

    def test_an_object_that_is_saved_in_the_admin_reaches_who_may_view_it(self) -> None:
        with self.open_page() as (client, socket_id):
            answer = self.ask(self.viewer, self.channel, socket_id)
            assert answer.status == 200
            client.subscribe(self.channel, **answer.json())
            self.write_in_the_admin("Port")
            message = client.receive()
        assert message["event"] == "story.updated"
        assert message["channel"] == self.channel
        data = message["data"]
        assert data["id"] == self.story.pk
        assert data["object"]["title"] == "Port"
        assert "title" in data["changed"]
        assert "api_key" not in data["object"]

    def test_the_page_that_wrote_is_spared(self) -> None:
        with self.open_page() as (writer, own), self.open_page() as (reader, socket_id):
            for client, socket in ((writer, own), (reader, socket_id)):
                client.subscribe(self.channel, **self.ask(self.viewer, self.channel, socket).json())
            with onair.writing(exclude=own):
                Story.objects.filter(pk=self.story.pk).update(title="Port")
            Story.objects.filter(pk=self.story.pk).update(title="Quay")
            heard = [client.receive()["data"]["object"]["title"] for client in (writer, reader, reader)]
        assert heard == ["Quay", "Port", "Quay"]

    def test_who_may_not_view_it_is_refused(self) -> None:
        stranger = User.objects.create_user("stranger")
        with self.open_page() as (_, socket_id):
            for channel in (self.channel, "private-desk.story"):
                assert self.ask(stranger, channel, socket_id).status == 403
