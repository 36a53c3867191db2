"""The Django site of this process, and where its events go, one place after the other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import django
import pusher
from django.conf import settings
from django.core.signals import setting_changed
from django.db import connections, transaction
from django.template import Context, Engine, Template

from benchmarks.peers import APP_ID, CHANNEL, CREDENTIAL, EVENT

#: What an event carries: 200 bytes of JSON.
DATA = {"headline": "x" * 150, "id": 7, "by": "somebody"}

Action = Callable[[], object]


class LocalPusher(pusher.Pusher):  # type: ignore[misc] # the library has no types
    """The library, with a server of this machine behind it: no TLS, and no way to a data centre."""

    port = 0

    def __init__(self, **options: Any) -> None:
        super().__init__(**options | {"host": "127.0.0.1", "port": self.port, "ssl": False})


def set_up(port: int) -> None:
    """Set the site up.

    Args:
        port: of the server in another process.
    """
    settings.configure(
        SECRET_KEY="a benchmark's",
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        ONAIR={},
    )
    django.setup()
    LocalPusher.port = port
    pusher.Pusher = LocalPusher
    with connections["default"].cursor() as cursor:
        cursor.execute("CREATE TABLE article AS SELECT 'headline' AS headline")


def send_to(url: str | None) -> None:
    """Let events go there from now on; None is the server in this process."""
    value = {"URL": url} if url else {}
    setattr(settings, "ONAIR", value)  # noqa: B010 # the project of this process is configured by hand
    setting_changed.send(sender=None, setting="ONAIR", value=value, enter=True)


@contextmanager
def server_in_process() -> Iterator[None]:
    """Run the server in a thread of this process, as ``runserver`` does; nobody listens."""
    from onair import conf
    from onair.engines import local
    from onair.server.origins import OriginPolicy
    from onair.server.run import runner
    from onair.server.server import Server

    send_to(None)
    server = Server([conf.app()], origins=OriginPolicy(["*"]))
    bound = threading.Event()
    uvicorn = runner(server, port=0, on_bound=lambda *address: bound.set())
    thread = threading.Thread(target=uvicorn.run)
    thread.start()
    bound.wait()
    local.register(conf.EMBEDDED_APP_ID, server.publish_soon)
    try:
        yield
    finally:
        local.unregister(conf.EMBEDDED_APP_ID)
        uvicorn.should_exit = True
        thread.join()


def url(port: int) -> str:
    """The address of the server in another process, as a setting."""
    return f"http://{CREDENTIAL.key}:{CREDENTIAL.secret}@127.0.0.1:{port}/apps/{APP_ID}"


def hosted_url() -> str:
    """Hosted Pusher, in whose place :class:`LocalPusher` asks the server in another process."""
    return f"pusher://{CREDENTIAL.key}:{CREDENTIAL.secret}@eu/{APP_ID}"


_page = Template("{% for row in rows %}<li>{{ row.0 }}: {{ row.1 }}</li>{% endfor %}", engine=Engine())


def work() -> None:
    """What a request does that publishes: it makes a page of a query, and writes a row."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT 1, 'headline' UNION ALL SELECT 2, 'headline'")
        _page.render(Context({"rows": cursor.fetchall() * 10}))
        with transaction.atomic():
            cursor.execute("UPDATE article SET headline = 'another'")


def publish() -> None:
    import onair

    onair.publish(CHANNEL, EVENT, DATA)


def blocking_call() -> Action:
    """What the seeds did in a request, less what they did beside: the client is made once, and kept."""
    client = LocalPusher(app_id=APP_ID, key=CREDENTIAL.key, secret=CREDENTIAL.secret)
    return lambda: client.trigger([CHANNEL], EVENT, DATA)


def blocking_call_of_a_new_client() -> None:
    """What the seeds did in a request: a client, and so a connection, for each event."""
    LocalPusher(app_id=APP_ID, key=CREDENTIAL.key, secret=CREDENTIAL.secret).trigger([CHANNEL], EVENT, DATA)
