"""Everything that the server alone can be told, in one table."""

from __future__ import annotations

from argparse import BooleanOptionalAction
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from onair.server.address import DEFAULT, Port
from onair.server.origins import ANY
from onair.standalone import apps, readers

#: What a server is, whosever apps it serves: ``manage.py onair serve`` has these options, too.
PROCESS = "where and how it serves"
APPS = "apps, and who may connect"
EVERY_APP = "what holds for every app that does not say otherwise in the file"
LOG = "log"

SHARING = "several servers"

GROUPS = (APPS, PROCESS, SHARING, EVERY_APP, LOG)


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option.

    Args:
        key: Its name in the file.
        help: What it does, for a person.
        read: Makes the value from a text or from what a file has.
        group: Under which heading it stands.
        metavar: What stands for the value; none for a switch.
        default: The value where it is given nowhere.
        shown: The default as a person reads it.
        is_repeatable: Whether it is a tuple of such values.
    """

    key: str
    help: str
    read: Callable[[object], Any]
    group: str
    metavar: str | None = None
    default: Any = None
    shown: str = "none"
    is_repeatable: bool = False

    @property
    def flag(self) -> str:
        """Its name on the command line, where a repeated one is named each time."""
        name = self.key.removesuffix("s") if self.is_repeatable else self.key
        return f"--{name.replace('_', '-')}"

    @property
    def variable(self) -> str:
        """Its name in the environment, where a repeated one has its values in one text."""
        return f"ONAIR_{self.key.upper()}"

    def read_all(self, value: object) -> Any:
        """The value of a file or of the environment."""
        return (
            tuple(apps.read_items(readers.items(value), self.read))
            if self.is_repeatable
            else self.read(value)
        )


OPTIONS: tuple[Option, ...] = (
    Option(
        key="apps",
        metavar="ID:KEY:SECRET",
        help="An app to serve. Repeat it for several.",
        read=apps.entry,
        group=APPS,
        default=(),
        is_repeatable=True,
    ),
    Option(
        key="webhooks",
        metavar="URL",
        help="Where every app's notices are posted, such as that a channel is occupied. Repeatable.",
        read=apps.webhook,
        group=APPS,
        default=(),
        is_repeatable=True,
    ),
    Option(
        key="origins",
        metavar="ORIGIN",
        help="Whose pages may connect, like https://www.example.com or https://*.example.com. Repeatable.",
        read=readers.origin,
        group=APPS,
        default=(ANY,),
        shown="*, everybody's",
        is_repeatable=True,
    ),
    Option(
        key="max_connections",
        metavar="NUMBER",
        help="Sockets at a time; clients beyond them are told to come back later.",
        read=readers.count,
        group=APPS,
        shown="the limit of open files less 128",
    ),
    Option(
        key="bind",
        metavar="ADDRESS",
        help="Where to listen: HOST:PORT, [::1]:PORT, a port alone, or unix:/path. Port 0 takes a free one.",
        read=readers.address,
        group=PROCESS,
        default=Port(),
        shown=DEFAULT,
    ),
    Option(
        key="tls_certificate",
        metavar="FILE",
        help="Serve https and wss with this certificate, a PEM file with its chain.",
        read=readers.text,
        group=PROCESS,
    ),
    Option(
        key="tls_key",
        metavar="FILE",
        help="The certificate's private key, a PEM file without a password.",
        read=readers.text,
        group=PROCESS,
        shown="in the certificate's file",
    ),
    Option(
        key="drain",
        metavar="SECONDS",
        help="Over how long the sockets are closed when the server stops; 0 closes all at once.",
        read=readers.seconds,
        group=PROCESS,
        default=5.0,
        shown="5",
    ),
    Option(
        key="metrics",
        help="Serve /metrics, for Prometheus, to whoever reaches the server.",
        read=readers.switch,
        group=PROCESS,
        default=False,
        shown="off",
    ),
    Option(
        key="workers",
        metavar="NUMBER",
        help="Processes that serve at the one address. More than one needs an engine.",
        read=readers.count,
        group=PROCESS,
        default=1,
        shown="1",
    ),
    Option(
        key="engine",
        metavar="URL",
        help="Through what servers share the apps: redis://HOST:PORT or postgres://USER:PASSWORD@HOST/DATABASE.",
        read=readers.engine,
        group=SHARING,
    ),
    Option(
        key="client_events",
        help="Whether browsers may send events (client-…) to each other.",
        read=readers.switch,
        group=EVERY_APP,
        default=True,
        shown="on",
    ),
    Option(
        key="subscription_counts",
        help="Whether subscribers are told how many they are.",
        read=readers.switch,
        group=EVERY_APP,
        default=True,
        shown="on",
    ),
    Option(
        key="activity_timeout",
        metavar="SECONDS",
        help="Silence after which a connection is tested.",
        read=readers.count,
        group=EVERY_APP,
        default=120,
        shown="120",
    ),
    Option(
        key="authorization_timeout",
        metavar="SECONDS",
        help="After which a connection is closed that nobody has authorised for anything.",
        read=readers.seconds_or_off,
        group=EVERY_APP,
        shown="off",
    ),
    Option(
        key="limits",
        metavar="NAME=NUMBER",
        help=f"A limit: {', '.join(apps.LIMITS)}. Repeatable.",
        read=apps.limit,
        group=EVERY_APP,
        default=(),
        shown="see the reference",
        is_repeatable=True,
    ),
    Option(
        key="log_level",
        metavar="LEVEL",
        help="What is logged: debug, info, warning or error, and above.",
        read=readers.level,
        group=LOG,
        default=readers.LEVELS["info"],
        shown="info",
    ),
)

BY_KEY = {option.key: option for option in OPTIONS}


def add_to(parser: Any, options: Iterable[Option], *, with_variables: bool) -> None:
    """Add options to a parser or a group of it. Their values stay texts; an option that is not given is None.

    Args:
        parser: An ArgumentParser or an argument group.
        options: Which.
        with_variables: Whether the help names the environment's variables.
    """
    for option in options:
        where = f" [{option.variable}]" if with_variables else ""
        arguments: dict[str, Any] = {
            "dest": option.key,
            "default": None,
            "help": f"{option.help} Default: {option.shown}.{where}".replace("%", "%%"),
        }
        if option.metavar is None:
            arguments["action"] = BooleanOptionalAction
        else:
            arguments["metavar"] = option.metavar
            arguments["action"] = "append" if option.is_repeatable else "store"
        parser.add_argument(option.flag, **arguments)


def of_group(group: str) -> tuple[Option, ...]:
    """The options under one heading."""
    return tuple(option for option in OPTIONS if option.group == group)
