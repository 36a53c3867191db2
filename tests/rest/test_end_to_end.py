"""A POST to a REST API, and the browsers that hear of it: a real server, real sockets."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest
from django.test import override_settings
from django.urls import path
from rest_framework.viewsets import ModelViewSet
from websockets.sync.client import connect

import onair
from onair.authorization.rules import authorize, rules
from onair.rest import AuthorizeView, backends
from onair.rest.backends import PrivatePusherBackend, PusherBackend
from onair.testing import LiveServerTestCase
from tests.http_client import request
from tests.rest.conftest import BodySerializer, speaker, viewset
from tests.server.clients import Client
from tests.site.news.models import Article

ArticleViewSet = viewset(ModelViewSet, "news", authentication_classes=(), permission_classes=())

urlpatterns = [
    path("articles/", ArticleViewSet.as_view({"post": "create"})),
    path("articles/<int:pk>/", ArticleViewSet.as_view({"patch": "partial_update", "delete": "destroy"})),
    path("auth", AuthorizeView.as_view(authentication_classes=())),
]


@override_settings(ROOT_URLCONF=__name__)
class EndToEndTests(LiveServerTestCase):
    def setUp(self) -> None:
        patch = pytest.MonkeyPatch()
        self.addCleanup(patch.undo)
        patch.setattr(backends, "pusher_backend_registry", defaultdict(list))
        self.enterContext(rules.set_aside())
        authorize("private-news")(lambda request: True)
        speaker(PusherBackend)
        speaker(PrivatePusherBackend, serializer_class=BodySerializer)

    def page(self) -> tuple[Client, str]:
        """Open a page of the site, which listens to both channels."""
        connection = self.enterContext(
            connect(f"{self.live_socket_url}?protocol=7", origin=self.live_server_url)
        )
        client = Client(connection)
        socket_id = client.established()
        fields = {"socket_id": socket_id, "channel_name": "private-news"}
        client.subscribe("news")
        client.subscribe("private-news", **self.ask("POST", "/auth", fields))
        return client, socket_id

    def ask(self, method: str, url: str, content: Any = None, **headers: str) -> Any:
        response = request(method, f"{self.live_server_url}{url}", json=content, headers=headers)
        assert response.status < 300, response.data
        return response.json() if response.data else None

    def test_the_other_pages_hear_what_is_written_and_the_writers_own_does_not(self) -> None:
        other, _ = self.page()
        writers, socket_id = self.page()
        spare = {"X-Pusher-Socket-Id": socket_id}
        article = self.ask("POST", "/articles/", {"title": "Harbour"}, **spare)
        self.ask("PATCH", f"/articles/{article['id']}/", {"title": "Pier"}, **spare)
        self.ask("DELETE", f"/articles/{article['id']}/", **spare)
        onair.publish("news", "last")
        heard = [other.receive() for _ in range(7)]
        # Only the order on one channel is promised: what comes in one turn is written channel by channel.
        public, private = ([m for m in heard if m["channel"] == name] for name in ("news", "private-news"))
        writes = ["article.create", "article.update", "article.delete"]
        assert [message["event"] for message in public] == [*writes, "last"]
        assert [message["event"] for message in private] == writes
        assert public[0]["data"] == {"id": article["id"], "title": "Harbour"}
        assert private[2]["data"] == {"id": article["id"], "title": "Pier", "body": ""}
        assert writers.receive()["event"] == "last"
        assert not Article.objects.exists()
