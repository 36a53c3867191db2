"""Which models have triggers: those that the settings or a developer name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress

from django.apps import apps
from django.db import router
from django.db.models import Model

from onair import conf
from onair.changes.interest import is_never_captured
from onair.changes.triggers.errors import WrongLabel
from onair.changes.triggers.table import Table, tables_of


def model_of(label: str) -> type[Model]:
    """Return the model of a label, ``app.Model``.

    Raises:
        WrongLabel: there is none, or its writes cannot be captured by triggers.
    """
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError):
        raise WrongLabel(
            f"{label!r} names no model. A label is the app's and the model's name, as in news.Article."
        ) from None
    refuse(model)
    return model


def refuse(model: type[Model]) -> None:
    """Refuse a model that cannot have triggers.

    Raises:
        WrongLabel: and why.
    """
    meta = model._meta
    if is_never_captured(model):
        raise WrongLabel(
            f"{meta.label} is never captured: sessions, migrations, the admin's log and the outbox are "
            "written with every request, or by the capture itself. Leave it out."
        )
    if meta.proxy:
        assert meta.concrete_model is not None
        raise WrongLabel(
            f"{meta.label} is a proxy and has no table of its own: name {meta.concrete_model._meta.label}."
        )
    if meta.auto_created:
        raise WrongLabel(
            f"{meta.label} was made for a many-to-many field: name the model of the field, and its tables "
            "come along."
        )


def chosen(labels: Iterable[str] = ()) -> list[type[Model]]:
    """Return the models of the labels, or of ``ONAIR["TRIGGERS"]`` where there are none.

    Raises:
        WrongLabel: one of them cannot have triggers, or there are none at all.
    """
    found = list(labels) or list(conf.settings.TRIGGERS or ())
    if not found:
        raise WrongLabel(
            'No model is named. Name it, as in "manage.py onair triggers install news.Article", or name '
            'those that have triggers in ONAIR["TRIGGERS"].'
        )
    return [model_of(label) for label in found]


def named() -> list[type[Model]]:
    """Return the models of ``ONAIR["TRIGGERS"]``; a wrong label is an error of the checks, and left out."""
    found = []
    for label in conf.settings.TRIGGERS or ():
        with suppress(WrongLabel):
            found.append(model_of(label))
    return found


def tables(models: Iterable[type[Model]], using: str) -> Iterator[Table]:
    """Yield the tables of the models, many-to-many ones included, that lie in a database."""
    for model in models:
        if router.allow_migrate_model(using, model):
            yield from tables_of(model)


def all_models() -> Iterator[type[Model]]:
    """Yield every model that can have triggers."""
    for model in apps.get_models():
        meta = model._meta
        if meta.managed and not meta.proxy and not is_never_captured(model):
            yield model
