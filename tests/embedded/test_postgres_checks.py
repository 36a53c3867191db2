from __future__ import annotations

import pytest
from django.core.checks import Warning as CheckWarning
from django.test import modify_settings
from pytest_django import Settings

from onair.embedded.postgres_checks import check_postgres


@pytest.mark.parametrize(
    "url", [None, "redis://127.0.0.1:1", "postgres:postgres", "postgres://db.example/site"]
)
def test_a_site_that_has_what_its_engine_needs_is_right(settings: Settings, url: str | None) -> None:
    settings.ONAIR = {"URL": url}
    assert check_postgres() == []


@modify_settings(INSTALLED_APPS={"remove": "onair.outbox"})
def test_a_site_without_the_app_that_makes_the_tables_is_told_of_it(settings: Settings) -> None:
    settings.ONAIR = {"URL": "postgres://anna:secret@db.example/site"}
    assert check_postgres() == [
        CheckWarning(
            "The processes of this site share it through postgres://db.example/site, and the app that makes "
            "the tables for that is not installed.",
            hint='Add "onair.outbox" to INSTALLED_APPS, and run "manage.py migrate".',
            id="onair.W022",
        )
    ]
