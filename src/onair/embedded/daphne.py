"""Sockets in Daphne's own ``runserver``, which serves the site's ASGI application."""

from __future__ import annotations

from typing import Any

from django.apps import apps

from onair.embedded.console import say_on_air
from onair.server.address import Port


def install() -> None:
    """Let Daphne's command serve our sockets before the site's application. Twice does no harm."""
    if not apps.is_installed("daphne"):
        return
    # Daphne's app has imported its server, and Twisted with it, before any app was ready.
    from daphne.management.commands.runserver import Command

    if not hasattr(Command.server_cls, "onair"):
        Command.server_cls = _live(Command.server_cls)


def _live(server_class: type[Any]) -> type[Any]:
    """Return Daphne's server with the sockets beside the application that it is given."""

    class LiveDaphne(server_class):  # type: ignore[misc]  # a class that is known at run time
        onair = True

        def __init__(self, application: Any, *args: Any, **kwargs: Any) -> None:
            from onair.embedded.application import LiveApplication

            super().__init__(LiveApplication(application), *args, **kwargs)

        def listen_success(self, port: Any) -> None:
            from onair.embedded import process

            super().listen_success(port)
            server = process.current()
            if server is not None:
                address = port.getHost()
                server.announce(address.host, address.port)
                if server.is_public:
                    say_on_air(server.app, Port(address.host, address.port))

        def kill_all_applications(self) -> Any:
            from twisted.internet import reactor
            from twisted.internet.task import deferLater

            from onair.embedded import process

            # Daphne cancels the applications at once, and their close frames with them.
            process.close()
            return deferLater(reactor, process.FLUSH, super().kill_all_applications)

    return LiveDaphne
