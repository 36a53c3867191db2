"""``manage.py onair doctor``: an event's whole way, tried hop by hop."""

from __future__ import annotations

from argparse import ArgumentTypeError
from typing import Any
from urllib.parse import urlsplit

from django.core.management.base import BaseCommand, CommandError

from onair.doctor.examination import Options
from onair.doctor.outcome import Mark, Result

#: Exit code where a hop failed.
WRONG = 1

_TIMEOUT = 5.0


def add_to(commands: Any, command: BaseCommand) -> None:
    """Add ``doctor`` to the subcommands of a command."""
    parser = commands.add_parser(
        "doctor", help="Try the whole way of an event, and name the hop that fails and what to change."
    )
    parser.add_argument(
        "--url",
        metavar="URL",
        type=_page,
        help="The site as browsers see it, https://www.example.com. Default: its network is left out.",
    )
    parser.add_argument("--origin", metavar="ORIGIN", help="The origin of the pages. Default: that of --url.")
    parser.add_argument(
        "--workers",
        metavar="NUMBER",
        type=int,
        help="How many processes should serve, where an engine joins them. Default: any number.",
    )
    parser.add_argument(
        "--timeout",
        metavar="SECONDS",
        type=_seconds,
        default=_TIMEOUT,
        help=f"How long one answer may take. Default: {_TIMEOUT:g}.",
    )
    parser.add_argument("--json", action="store_true", help="For machines.")

    def run(**options: Any) -> None:
        _examine(command, options)

    # The checks are one of the hops: another one shall not hide behind what they say.
    parser.set_defaults(run=run, skip_checks=True)


def _examine(command: BaseCommand, options: dict[str, Any]) -> None:
    from onair.doctor import report
    from onair.doctor.running import examine
    from onair.doctor.table import HOPS

    asked = Options(options["url"], options["origin"], options["timeout"], options["workers"])
    results: list[Result] = []
    for result in examine(asked, HOPS):
        results.append(result)
        if not options["json"]:
            style: Any = command.style
            command.stdout.write(report.line_of(result), style.ERROR if result.mark is Mark.FAILED else None)
            command.stdout.flush()
    if options["json"]:
        command.stdout.write(report.as_json(results))
    if any(result.mark is Mark.FAILED for result in results):
        raise CommandError(report.summary_of(results), returncode=WRONG)
    if not options["json"]:
        command.stdout.write(report.summary_of(results))


def _page(value: str) -> str:
    parts = urlsplit(value)
    try:
        _ = parts.port
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ArgumentTypeError(f"{value!r} is no address of a page: give it as https://www.example.com")
    return value


def _seconds(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 3600:
        raise ArgumentTypeError(f"{value!r} is no number of seconds above 0")
    return seconds
