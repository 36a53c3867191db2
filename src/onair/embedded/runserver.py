"""Sockets at the port of a plain ``manage.py runserver``, whatever the order of INSTALLED_APPS.

``install`` puts a mixin before the server class that Django's command uses; the commands of ``staticfiles``
and WhiteNoise inherit it. Nothing else happens until that class is instantiated, which only the process that
serves does: never the reloader's parent, never another command. So the top imports nothing of the server.
"""

from __future__ import annotations

import atexit
import warnings
from typing import TYPE_CHECKING, Any

from django.core.management.commands.runserver import Command
from django.core.servers.basehttp import WSGIRequestHandler, WSGIServer

from onair.embedded import daphne, elsewhere
from onair.embedded.console import say_on_air
from onair.embedded.handover import HandoverHandler
from onair.server.address import Port

if TYPE_CHECKING:
    from onair.embedded.loop import LoopThread
    from onair.embedded.process import ProcessServer

#: Connections that may wait to be accepted. With Django's 10, tabs that reconnect after a reload time out.
QUEUE_SIZE = 1024


class LiveServer(WSGIServer):
    """Serves the site's sockets beside its pages; a mixin for the WSGI server of ``runserver``."""

    request_queue_size = QUEUE_SIZE
    live: LoopThread | None = None

    def __init__(
        self, address: tuple[str, int], handler: type[WSGIRequestHandler], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(address, handler, *args, **kwargs)
        # Only now is there an address: a port that is taken leaves no trace, and port 0 has become real.
        process = self.open_process()
        if process is not None:
            self._go_live(process)

    def open_process(self) -> ProcessServer | None:
        """Return the server that is to hold the sockets; None where this site's sockets are elsewhere."""
        from onair.embedded import process

        return process.current()

    def _go_live(self, process: ProcessServer) -> None:
        from onair.embedded.loop import LoopThread

        self.live = LoopThread(process, self._answer_page)
        handler: Any = self.RequestHandlerClass
        self.RequestHandlerClass = type(handler.__name__, (HandoverHandler, handler), {"adopter": self.live})
        process.announce(*self._address())
        atexit.register(self.close_live)

    def serve_forever(self, poll_interval: float = 0.5) -> None:
        if self.live is not None and self.live.process.is_public:
            say_on_air(self.live.process.app, Port(*self._address()))
        super().serve_forever(poll_interval)

    def verify_request(self, request: Any, client_address: Any) -> bool:
        # From Python 3.12 no thread can be started for it while the interpreter ends.
        return not self._is_closing() and super().verify_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        # Ctrl-C can close a socket whose thread has just begun to read.
        if not self._is_closing():
            super().handle_error(request, client_address)

    def server_close(self) -> None:
        self.close_live()
        super().server_close()

    def close_live(self) -> None:
        """Close the sockets (4200), and end their loop. Twice does no harm."""
        if self.live is not None:
            atexit.unregister(self.close_live)
            self.live.close()
            self.live.stop()

    def _is_closing(self) -> bool:
        return self.live is not None and self.live.process.closed

    def _answer_page(self, environ: Any, start_response: Any) -> Any:
        """The site's application, which this server is given after it was made."""
        application: Any = self.get_app()
        return application(environ, start_response)

    def _address(self) -> tuple[str, int]:
        host, port = self.server_address[:2]
        return str(host), int(port)


def install() -> None:
    """Make the development servers live that we know, and say which ones are not. Twice does no harm.

    It never raises: a development server whose sockets fail is better than none.
    """
    for step in (_install_in_django, daphne.install, elsewhere.say_so):
        try:
            step()
        except Exception as error:
            warnings.warn(f"runserver serves no sockets: {error!r}", RuntimeWarning, stacklevel=2)


def _install_in_django() -> None:
    # The current class, which may be another app's: the two compose.
    if not issubclass(Command.server_cls, LiveServer):
        Command.server_cls = type("LiveWSGIServer", (LiveServer, Command.server_cls), {})
