"""Test cases whose server is live: pages, sockets and what is published, all in the test's own process."""

from __future__ import annotations

import os
from unittest.mock import patch

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.servers.basehttp import ThreadedWSGIServer
from django.test import LiveServerTestCase as DjangoLiveServerTestCase
from django.test import override_settings
from django.test.testcases import LiveServerThread
from django.utils.functional import classproperty

from onair import conf
from onair.embedded.process import ProcessServer
from onair.embedded.runserver import LiveServer

#: What a project may have set to send its events elsewhere.
_ELSEWHERE = ("PUSHER_APP_ID", "PUSHER_KEY", "PUSHER_SECRET")


class _TestServer(LiveServer, ThreadedWSGIServer):
    """Serves the test's pages and sockets, and is announced to no other process."""

    def open_process(self) -> ProcessServer:
        process = ProcessServer(shared=False)
        process.open()
        return process


class _LiveServerThread(LiveServerThread):
    server_class = _TestServer


class LiveServerTestCase(DjangoLiveServerTestCase):
    """Django's ``LiveServerTestCase``, with sockets.

    What the tested code and the test publish reaches the browsers that have opened its pages, whatever server
    the project's settings name.
    """

    server_thread_class = _LiveServerThread

    @classmethod
    def setUpClass(cls) -> None:
        own = conf.user_settings() | {"URL": None, "PUBLIC_URL": None, "WEBHOOKS": None}
        cls.enterClassContext(override_settings(ONAIR=own, **dict.fromkeys(_ELSEWHERE, "")))
        cls.enterClassContext(patch.dict(os.environ))
        os.environ.pop("ONAIR_URL", None)
        super().setUpClass()

    @classproperty
    def live_socket_url(cls) -> str:  # noqa: N805
        """Where a client of the Pusher protocol connects."""
        return f"{cls.live_server_url.replace('http', 'ws', 1)}/app/{conf.app().key}"


class StaticLiveServerTestCase(LiveServerTestCase):
    """Django's ``StaticLiveServerTestCase``, with sockets: static files need no ``collectstatic``."""

    static_handler = StaticFilesHandler
