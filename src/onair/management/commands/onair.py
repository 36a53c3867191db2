"""``manage.py onair serve``: the server alone, beside a WSGI site."""

from __future__ import annotations

import re
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, NamedTuple, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser

from onair import conf
from onair.embedded.console import say_on_air

DEFAULT_BIND = "127.0.0.1:6001"


class Address(NamedTuple):
    """Where to listen."""

    host: str
    port: int


class Command(BaseCommand):
    help = "Serves the sockets of this site in a process of its own (onair serve)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.set_defaults(run=None, show_help=parser.print_help)
        commands = parser.add_subparsers(title="commands", metavar="COMMAND")
        serve = commands.add_parser(
            "serve", help="Serve the sockets of this site, beside its WSGI processes."
        )
        serve.set_defaults(run=self.serve)
        serve.add_argument(
            "--bind",
            metavar="HOST:PORT",
            default=DEFAULT_BIND,
            help=f"Where to listen; port 0 takes a free one. Default: {DEFAULT_BIND}.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        run: Callable[..., None] | None = options["run"]
        if run is None:
            options["show_help"]()
        else:
            run(**options)

    def serve(self, *, bind: str, **options: Any) -> None:
        """Serve until SIGTERM or Ctrl-C; both end it with exit code 0, the sockets closed (4200)."""
        address = parse_address(bind)
        serve = _SERVE[type(conf.target())]
        # uvicorn repeats the signal that stopped it, and by default that would kill the process.
        signal.signal(signal.SIGTERM, _exit)
        serve(self, address)

    def serve_site(self, address: Address) -> None:
        """Serve the site's own app, and let its other processes on this machine find the server."""
        from onair.embedded.process import ProcessServer
        from onair.engines.announcements import AlreadyServed
        from onair.server.run import run

        process = ProcessServer()
        try:
            process.open(stand_by=False)
        except AlreadyServed as other:
            raise CommandError(
                f"Process {other.pid} serves this site already. Stop it first; "
                "or name one server to all processes by ONAIR_URL."
            ) from None

        def started(host: str, port: int) -> None:
            process.announce(host, port)
            say_on_air(process.app, host, port, self.stdout)

        try:
            run(process.server, host=address.host, port=address.port, on_bound=started)
        finally:
            process.close()

    def serve_remote(self, address: Address) -> None:
        """Serve the app that ONAIR_URL names, for a site that publishes there."""
        from onair.embedded.origins import origin_policy
        from onair.server.run import run
        from onair.server.server import Server

        app = conf.app()

        def started(host: str, port: int) -> None:
            say_on_air(app, host, port, self.stdout)

        run(Server((app,), origins=origin_policy()), host=address.host, port=address.port, on_bound=started)

    def refuse_hosted(self, address: Address) -> NoReturn:
        raise CommandError(
            "Hosted Pusher serves this site, so there is nothing to serve here. To serve it yourself, unset "
            "ONAIR_URL and the PUSHER_… settings."
        )


_SERVE: dict[type[conf.Target], Callable[[Command, Address], None]] = {
    conf.Embedded: Command.serve_site,
    conf.RemoteServer: Command.serve_remote,
    conf.HostedPusher: Command.refuse_hosted,
}

_BIND = re.compile(r"(?:(?P<host>\[[0-9a-fA-F:.]+\]|[^:\[\]]*):)?(?P<port>\d{1,5})")


def parse_address(bind: str) -> Address:
    """Read ``HOST:PORT``, ``[::1]:PORT`` or a port alone.

    Raises:
        CommandError: it is none of these.
    """
    match = _BIND.fullmatch(bind)
    if match is None or int(match["port"]) > 65_535:
        raise CommandError(f"--bind {bind} is no address: give HOST:PORT, like {DEFAULT_BIND} or [::1]:6001.")
    host = (match["host"] or "").strip("[]")
    return Address(host or "127.0.0.1", int(match["port"]))


def _exit(signum: int, frame: FrameType | None) -> NoReturn:
    sys.exit(0)
