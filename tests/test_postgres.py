"""The databases that tests run on."""

from __future__ import annotations

import pytest
from django.db import connections

from tests.postgres import ON_FILE, ON_POSTGRES, on_postgres
from tests.site.news.models import Tag

VENDORS = {"default": "sqlite", "file": "sqlite", "postgres": "postgresql"}


def test_a_test_runs_on_both_databases(database: str) -> None:
    assert connections[database].vendor == VENDORS[database]
    assert not Tag.objects.using(database).exists()  # what another of these tests left
    Tag.objects.using(database).create(name="x")


@pytest.mark.parametrize("database", [ON_FILE, ON_POSTGRES], indirect=True)
def test_a_test_says_on_which_databases_it_runs(database: str) -> None:
    assert not connections[database].in_atomic_block
    assert not Tag.objects.using(database).exists()
    Tag.objects.using(database).create(name="x")


@on_postgres
def test_a_test_runs_on_postgresql_alone() -> None:
    assert not Tag.objects.using("postgres").exists()
    Tag.objects.using("postgres").create(name="x")
