"""The Django site: a list of 100 rows with four values each, as a plain page and as a live one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from io import StringIO
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command

ROWS = 100

#: The values of one row.
VALUES = 4

_PAGE = "<!doctype html><html><head><title>Tickets</title></head><body>{}</body></html>"

_LIST = (
    '<ul>{% for ticket in tickets %}<li id="t{{ ticket.pk }}">{{ ticket.title }} {{ ticket.lane.name }} '
    "<b>{{ ticket.notes }}</b></li>{% endfor %}</ul>"
)

TEMPLATES = {
    "plain.html": _PAGE.format(_LIST),
    "live.html": _PAGE.format("{% load onair %}{% live %}" + _LIST + "{% endlive %}"),
}

_DJANGOS_MIDDLEWARE = (
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
)


def set_up(databases: Mapping[str, Any], triggers: Sequence[str] = ()) -> None:
    """Set the site up in this process.

    Args:
        databases: as in the settings.
        triggers: the models whose writes the database's triggers tell.
    """
    loader = "django.template.loaders.cached.Loader"
    settings.configure(
        SECRET_KEY="a benchmark's",
        ALLOWED_HOSTS=["127.0.0.1"],
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "onair",
            "onair.outbox",
            "benchmarks.live",
        ],
        MIDDLEWARE=_DJANGOS_MIDDLEWARE,
        ROOT_URLCONF="benchmarks.live.live_pages",
        LOGIN_URL="/log-in/",
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "OPTIONS": {"loaders": [(loader, [("django.template.loaders.locmem.Loader", TEMPLATES)])]},
            }
        ],
        DATABASES=dict(databases),
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        ONAIR={"TRIGGERS": list(triggers)} if triggers else {},
    )
    django.setup()


def fill() -> None:
    """Make the tables and the rows, where they are not there yet."""
    from benchmarks.live.models import Lane, Ticket

    call_command("migrate", run_syncdb=True, verbosity=0)
    if settings.ONAIR:
        call_command("onair", "triggers", "install", stdout=StringIO())
    if not Ticket.objects.exists():
        lane = Lane.objects.create(name="To do")
        Ticket.objects.bulk_create(
            Ticket(title=f"Ticket {number}", notes="nothing", lane=lane) for number in range(ROWS)
        )


def log_in(count: int) -> list[str]:
    """Make so many users, each with a session, and return the sessions' keys."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.auth.models import User
    from django.contrib.sessions.models import Session
    from django.utils import timezone

    first = User.objects.count()
    names = [f"user{number}" for number in range(first, first + count)]
    User.objects.bulk_create(User(username=name) for name in names)
    sessions = []
    store = Session.get_session_store_class()()
    for user in User.objects.filter(username__in=names):
        content = {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: "django.contrib.auth.backends.ModelBackend",
            HASH_SESSION_KEY: user.get_session_auth_hash(),
        }
        expires = timezone.now() + timedelta(days=1)
        key = store._get_new_session_key()
        sessions.append(Session(session_key=key, session_data=store.encode(content), expire_date=expires))
    Session.objects.bulk_create(sessions)
    return [session.session_key for session in sessions]
