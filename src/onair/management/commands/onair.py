"""``manage.py onair``: the server alone, beside a WSGI site, the database's triggers, and live pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser

from onair import conf
from onair.embedded.console import say_on_air
from onair.management import explaining, triggers
from onair.server.address import Port
from onair.server.serving import Serving
from onair.standalone.config import WRONG_INPUT, make_serving, merge, of_arguments
from onair.standalone.errors import WrongInput
from onair.standalone.options import PROCESS, add_to, of_group


class Command(BaseCommand):
    help = (
        "Serves the sockets of this site in a process of its own, manages database triggers, and explains "
        "live pages."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.set_defaults(run=None, show_help=parser.print_help)
        commands = parser.add_subparsers(title="commands", metavar="COMMAND")
        serve = commands.add_parser(
            "serve", help="Serve the sockets of this site, beside its WSGI processes."
        )
        serve.set_defaults(run=self.serve)
        add_to(serve, of_group(PROCESS), with_variables=False)
        triggers.add_to(commands, self)
        explaining.add_to(commands, self)

    def handle(self, *args: Any, **options: Any) -> None:
        run: Callable[..., None] | None = options["run"]
        if run is None:
            options["show_help"]()
        else:
            run(**options)

    def serve(self, **options: Any) -> None:
        """Serve until SIGTERM or Ctrl-C; both end it with exit code 0, the sockets closed (4200)."""
        serve = _SERVE[type(conf.target())]
        given = {option.key: options[option.key] for option in of_group(PROCESS)}
        try:
            serving = make_serving(merge([of_arguments(given)]))
        except WrongInput as error:
            raise CommandError(f"{error}.", returncode=WRONG_INPUT) from None
        serve(self, serving)

    def serve_site(self, serving: Serving) -> None:
        """Serve the site's own app, and let its other processes on this machine find the server."""
        from onair.embedded.process import ProcessServer
        from onair.engines.announcements import AlreadyServed
        from onair.server.run import run

        if not isinstance(serving.bind, Port) or serving.is_secure:
            raise CommandError(
                "The other processes of this site find the server by its port, and publish without TLS. "
                "For a Unix socket or TLS, name to all processes by ONAIR_URL how they reach it."
            )
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
            say_on_air(process.app, Port(host, port), self.stdout)

        try:
            run(process.server, on_bound=started, **serving.options(process.server))
        finally:
            process.close()

    def serve_remote(self, serving: Serving) -> None:
        """Serve the app that ONAIR_URL names, for a site that publishes there."""
        from onair.embedded import attendance, handovers, signalling
        from onair.embedded.companions import Companions
        from onair.embedded.origins import origin_policy
        from onair.engines import local
        from onair.server.run import run
        from onair.server.server import Server

        app = conf.app()

        def started(host: str, port: int) -> None:
            say_on_air(app, serving.bind.bound(host, port), self.stdout, scheme=serving.socket_scheme)

        server = Server((app,), origins=origin_policy())
        signalling.connect(server)
        attendance.connect(server)
        end_handovers = handovers.connect(server)
        local.register(app.id, server.publish_soon, server.members, server.expel_soon)
        companions = Companions()
        companions.start()
        try:
            run(server, on_bound=started, **serving.options(server))
        finally:
            local.unregister(app.id)
            companions.stop()
            end_handovers()

    def refuse_hosted(self, serving: Serving) -> NoReturn:
        raise CommandError(
            "Hosted Pusher serves this site, so there is nothing to serve here. To serve it yourself, unset "
            "ONAIR_URL and the PUSHER_… settings."
        )


_SERVE: dict[type[conf.Target], Callable[[Command, Serving], None]] = {
    conf.Embedded: Command.serve_site,
    conf.RemoteServer: Command.serve_remote,
    conf.HostedPusher: Command.refuse_hosted,
}
