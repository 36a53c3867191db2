"""``manage.py onair``: the server beside a WSGI site, the database's triggers, live pages, and the doctor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser

from onair import conf
from onair.embedded.console import say_on_air
from onair.management import examining, explaining, triggers
from onair.server.address import Port
from onair.server.inherited import Inherited, is_worker, take
from onair.server.serving import Serving
from onair.standalone.config import WRONG_INPUT, make_serving, merge, of_arguments
from onair.standalone.errors import WrongInput
from onair.standalone.options import PROCESS, add_to, of_group
from onair.supervision.refusal import refusal
from onair.supervision.supervisor import supervise


class Command(BaseCommand):
    help = (
        "Serves the sockets of this site in a process of its own, manages database triggers, explains live "
        "pages, and finds out why nothing arrives."
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
        examining.add_to(commands, self)

    def execute(self, *args: Any, **options: Any) -> str | None:
        if is_worker():  # its parent has checked the project, and said what is wrong
            options["skip_checks"] = True
        return super().execute(*args, **options)

    def handle(self, *args: Any, **options: Any) -> None:
        run: Callable[..., None] | None = options["run"]
        if run is None:
            options["show_help"]()
        else:
            run(**options)

    def serve(self, **options: Any) -> None:
        """Serve until SIGTERM or Ctrl-C; both end it with exit code 0, the sockets closed (4200)."""
        target = conf.target()
        given = {option.key: options[option.key] for option in of_group(PROCESS)}
        try:
            serving = make_serving(merge([of_arguments(given)]))
        except WrongInput as error:
            raise CommandError(f"{error}.", returncode=WRONG_INPUT) from None
        match target:
            case conf.Embedded():
                self.serve_site(serving, target)
            case conf.RemoteServer():
                self.serve_remote(serving)
            case conf.HostedPusher():
                self.refuse_hosted()

    def serve_site(self, serving: Serving, target: conf.Embedded) -> None:
        """Serve the site's own app, and let its other processes find the server, or share its engine."""
        has_engine = target.engine is not None
        self.check_workers(serving, has_engine=has_engine)
        if not has_engine and (not isinstance(serving.bind, Port) or serving.is_secure):
            raise CommandError(
                "The other processes of this site find the server by its port, and publish without TLS. "
                "For a Unix socket or TLS, name to all processes by ONAIR_URL how they reach it."
            )

        def say(host: str, port: int) -> None:
            address = serving.bind.bound(host, port)
            say_on_air(target.app, address, self.stdout, scheme=serving.socket_scheme)

        inherited = take()
        if serving.workers > 1 and inherited is None:
            if code := supervise(serving.workers, serving.bind, say):
                raise SystemExit(code)
        else:
            self.serve_in_process(serving, inherited, say)

    def serve_in_process(
        self, serving: Serving, inherited: Inherited | None, say: Callable[[str, int], None]
    ) -> None:
        """Serve the site's own app by this process: alone, or one of several workers."""
        from onair.embedded.process import ProcessServer
        from onair.engines.announcements import AlreadyServed
        from onair.server.run import run

        process = ProcessServer()
        try:
            process.open(stand_by=False)
        except AlreadyServed as other:
            raise CommandError(
                f"Process {other.pid} serves this site already. Stop it first; "
                "or name one server, or an engine, to all processes by ONAIR_URL."
            ) from None

        def started(host: str, port: int) -> None:
            process.announce(host, port)
            if inherited is None:  # a worker's parent says it, once for all
                say(host, port)

        try:
            run(process.server, on_bound=started, inherited=inherited, **serving.options(process.server))
        finally:
            process.close()

    def check_workers(self, serving: Serving, *, has_engine: bool) -> None:
        """Refuse more than one worker where they would share nothing."""
        reason = refusal(serving.workers, has_engine=has_engine, remedy="ONAIR_URL=redis://localhost:6379")
        if reason is not None:
            raise CommandError(f"{reason}.", returncode=WRONG_INPUT)

    def serve_remote(self, serving: Serving) -> None:
        """Serve the app that ONAIR_URL names, for a site that publishes there."""
        self.check_workers(serving, has_engine=False)
        from onair.embedded import attendance, handovers, questions, signalling
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
        questions.connect(server)
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

    def refuse_hosted(self) -> NoReturn:
        raise CommandError(
            "Hosted Pusher serves this site, so there is nothing to serve here. To serve it yourself, unset "
            "ONAIR_URL and the PUSHER_… settings."
        )
