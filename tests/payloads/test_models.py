from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.db.models import F
from pytest_django import DjangoAssertNumQueries, Settings

from onair.payloads import FieldNames, model_payload, secret_fields
from tests.site.news.models import Article, Colour, ColourField, Report, Tag

SECRETS = {"password", "api_key"}


@pytest.fixture
def report(db: None, settings: Settings, tmp_path: Path) -> Report:
    settings.MEDIA_ROOT, settings.MEDIA_URL = tmp_path, "/media/"
    report = Report.objects.create(
        title="Harbour",
        pub_date=dt.datetime(2013, 8, 8, 11, 16, 24, tzinfo=dt.UTC),
        day=dt.date(2013, 8, 8),
        length=dt.timedelta(minutes=1),
        price=Decimal("9.90"),
        rating=float("inf"),
        notes={"seen": [1, 2]},
        colour=Colour("blue"),
        seal=b"\xff",
        article=Article.objects.create(title="A"),
    )
    report.attachment.save("a.txt", ContentFile(b"text"))
    report.tags.set([Tag.objects.create(name="one"), Tag.objects.create(name="two")])
    return Report.objects.get(pk=report.pk)


def test_every_type_of_field_is_written(report: Report) -> None:
    payload = model_payload(report)
    assert payload == {
        "id": str(report.pk),
        "title": "Harbour",
        "pub_date": "2013-08-08T11:16:24Z",
        "day": "2013-08-08",
        "length": "P0DT00H01M00S",
        "price": "9.90",
        "rating": None,
        "views": 0,
        "notes": {"seen": [1, 2]},
        "colour": "blue",
        "attachment": "/media/a.txt",
        "tags": [tag.pk for tag in report.tags.all()],
        "article": report.article_id,
    }
    assert json.loads(json.dumps(payload, allow_nan=False)) == payload


def test_a_report_without_a_file_has_none(db: None) -> None:
    assert model_payload(Report.objects.create(title="Bare"))["attachment"] is None


def test_a_field_that_nobody_edits_is_sent_where_it_is_named(report: Report) -> None:
    payload = model_payload(report, include=("seal", "changed"))
    assert payload == {"seal": "/w==", "changed": model_payload(report, include="changed")["changed"]}


CHOICES: dict[str, tuple[FieldNames, FieldNames, set[str]]] = {
    "a string names one field": ("pub_date", None, {"pub_date"}),
    "a string is no substring": ("day_and_title", None, set()),
    "a sequence names several": (["title", "day"], None, {"title", "day"}),
    "an empty sequence names none": ([], None, set()),
    "what is excluded is not sent": (["title", "day"], "day", {"title"}),
    "a secret is sent where it is named": (("title", "password"), None, {"title", "password"}),
    "a secret named twice is not sent": ("password", "password", set()),
    "an unknown name names nothing": ("nonsense", None, set()),
}


@pytest.mark.parametrize(("include", "exclude", "sent"), CHOICES.values(), ids=CHOICES)
def test_the_lists_choose_whole_names(
    report: Report, include: FieldNames, exclude: FieldNames, sent: set[str]
) -> None:
    assert set(model_payload(report, include=include, exclude=exclude)) == sent


@pytest.mark.parametrize("exclude", ["day", ["day"], ("day",), {"day"}])
def test_excluding_one_field_keeps_those_whose_names_contain_it(report: Report, exclude: Any) -> None:
    everything = set(model_payload(report))
    assert everything - set(model_payload(report, exclude=exclude)) == {"day"}


def test_a_user_is_sent_without_the_password(db: None) -> None:
    payload = model_payload(User.objects.create_user("anna", password="hunter2"))
    assert payload["username"] == "anna"
    assert "password" not in payload


def test_an_expression_is_sent_as_what_it_has_become(report: Report) -> None:
    report.views = F("views") + 3
    report.save()
    assert model_payload(report, include="views") == {"views": 3}


def test_a_field_that_cannot_write_its_own_value_is_sent_as_it_prints(
    report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ColourField, "value_to_string", NotImplemented, raising=False)
    assert model_payload(report, include="colour") == {"colour": "blue"}


def test_prefetched_relations_cost_no_query(
    report: Report, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    fetched = Report.objects.prefetch_related("tags").get(pk=report.pk)
    with django_assert_num_queries(0):
        assert len(model_payload(fetched)["tags"]) == 2


def test_the_fields_that_look_secret_are_found() -> None:
    assert set(secret_fields(Report)) == SECRETS
    assert secret_fields(Article) == []
