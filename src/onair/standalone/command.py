"""The command ``onair``, which is ``python -m onair`` as well."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from importlib.metadata import version
from typing import NoReturn

from onair.standalone.config import FILE_VARIABLE, WRONG_INPUT, read_config
from onair.standalone.errors import WrongInput, not_known
from onair.standalone.options import GROUPS, add_to, of_group
from onair.standalone.serve import serve

DESCRIPTION = """\
Serves apps of the Pusher Channels protocol: sockets at /app/KEY, the HTTP API
at /apps/ID. It needs no Django project; pusher-js, Laravel Echo and every
server library of Pusher are clients of it."""

EXAMPLES = """\
Every option can stand in the environment, by the name in brackets, and in a
file of TOML, by its name with _. The command line goes before the environment,
and that before the file.

examples:
  onair serve --app 1:app-key:app-secret
  onair serve --app 1:app-key:app-secret --origin https://www.example.com
  onair serve --app 1:app-key:app-secret --bind 0.0.0.0:6001 --metrics
  onair serve --app 1:app-key:app-secret --engine redis://localhost --workers 4
  onair serve --config /etc/onair.toml --bind unix:/run/onair/onair.sock
  ONAIR_APPS=1:app-key:app-secret onair serve --no-client-events --drain 0"""


class Parser(ArgumentParser):
    """A parser whose errors are one line, and repeat no value: that may be a secret."""

    def error(self, message: str) -> NoReturn:
        raise WrongInput(message.removeprefix("argument "))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, and return its exit code.

    Args:
        arguments: Those of the command line; the process's own if None.
    """
    parser = make_parser()
    try:
        given, rest = parser.parse_known_args(arguments)
        if given.command is None:
            parser.print_help()
            return 0
        _refuse_unknown(rest)
        options = vars(given)
        del options["command"]
        config = read_config(options, os.environ, options.pop("config"))
    except WrongInput as error:
        sys.stderr.write(f"onair: {error}\n")
        return WRONG_INPUT
    return serve(config)


def make_parser() -> ArgumentParser:
    """The parser of the command line, whose values are texts still."""
    parser = Parser(prog="onair", description="Put your pages on air.", allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"django-onair {version('django-onair')}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command", parser_class=Parser)
    serving = commands.add_parser(
        "serve",
        help="Serve apps, with no Django project.",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    serving.add_argument(
        "--config", metavar="FILE", help=f"A file of TOML with these options. [{FILE_VARIABLE}]"
    )
    for group in GROUPS:
        add_to(serving.add_argument_group(group), of_group(group), with_variables=True)
    return parser


def options_of_serve() -> list[str]:
    """The names of the options of ``serve``."""
    names = ["--help", "--config"]
    for group in GROUPS:
        names += [option.flag for option in of_group(group)]
    return names


def _refuse_unknown(rest: Sequence[str]) -> None:
    for argument in rest:
        if not argument.startswith("--"):
            raise WrongInput("an argument belongs to no option: an app is --app ID:KEY:SECRET")
        name = argument.partition("=")[0]
        raise WrongInput(f"{name} {not_known(name, options_of_serve())}")
