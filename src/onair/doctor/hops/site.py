"""What else a site may have set up: triggers, and live pages."""

from __future__ import annotations

from contextlib import closing

from django.apps import apps
from django.db import DatabaseError, connections
from django.urls import NoReverseMatch, get_resolver, reverse

from onair import conf
from onair.changes.triggers import installing
from onair.changes.triggers.errors import TriggerError
from onair.changes.triggers.models import chosen, tables
from onair.doctor.examination import Examination
from onair.doctor.outcome import Failed, Passed, Skipped
from onair.live import capture
from onair.publishing.http_api import NEEDS_THE_SITE
from onair.publishing.route import NotDelivered
from onair.publishing.signed_client import SignedClient


def triggers(examination: Examination) -> Passed | Skipped:
    """The tables have the triggers that ``ONAIR["TRIGGERS"]`` asks for."""
    if not conf.settings.TRIGGERS:
        return Skipped('ONAIR["TRIGGERS"] names no models.')
    if not apps.is_installed("onair.outbox"):
        raise Failed(
            "Triggers write to an outbox that is not installed.",
            'Add "onair.outbox" to INSTALLED_APPS, and run "manage.py migrate".',
        )
    return Passed(" ".join(_in_database(alias) for alias in connections if list(tables(chosen(), alias))))


def live_pages(examination: Examination) -> Passed | Skipped:
    """What is written here is heard where live pages are made anew."""
    if not _has_live_pages():
        return Skipped("The site has no live pages.")
    try:
        path = reverse("onair:live")
    except NoReverseMatch:
        raise Failed(
            "The URLconf has no endpoint by which live pages get their channels.",
            'Add path("onair/", include("onair.urls")) to the URLconf (ROOT_URLCONF).',
        ) from None
    if isinstance(examination.target, conf.HostedPusher):
        return Skipped(
            "Hosted Pusher serves this site: live pages are shown, and do not follow the database."
        )
    if conf.settings.LIVE is False:
        return Passed(
            "Live pages are shown.",
            ('ONAIR["LIVE"] is False: what this process writes is not told to them.',),
        )
    if examination.base_url is not None:
        _hand_nothing_over(examination, examination.base_url)
    return Passed(f"Pages ask at {path}, and the server is a process of the site.")


def _in_database(alias: str) -> str:
    found = list(tables(chosen(), alias))
    try:
        problems = installing.problems(connections[alias], found)
    except (TriggerError, DatabaseError) as error:
        raise Failed(f"In the database {alias}: {error}", 'Run "manage.py migrate".') from error
    if problems:
        raise Failed(
            " ".join(f"{problem}." for problem in problems),
            f'Run "manage.py onair triggers install --database {alias}".',
        )
    return f"In {alias}, {', '.join(table.name for table in found)} have their triggers."


def _has_live_pages() -> bool:
    _ = get_resolver().url_patterns  # imports the views
    return capture.has_pages()


def _hand_nothing_over(examination: Examination, where: str) -> None:
    """Hand an empty body over: the server says whether it has the code that would take one."""
    with closing(SignedClient(examination.target.app, where, clock=examination.options.clock)) as client:
        try:
            client.request("POST", f"onair/{capture.CHANGES}", timeout=examination.options.timeout)
        except NotDelivered as error:
            raise Failed(
                f"The server at {where} takes nothing that live pages hear of: {error}", NEEDS_THE_SITE
            ) from error
