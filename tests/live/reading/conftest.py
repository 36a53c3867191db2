from __future__ import annotations

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet

from onair.live.reading import hooks
from tests.live.reading.queries import Of
from tests.site.club.models import Locker, Match, Member, Membership, Remark, Team, Trainer

#: Before the keys of memberships: after any that a database gives by itself.
FIRST = 1_000_000


@pytest.fixture(autouse=True)
def _seeing() -> None:
    """Let recorders see what is read, as the first live page does."""
    hooks.install()


@pytest.fixture
def of(database: str) -> Of:
    """Return the querysets of models on the database, in which there are a few members and teams."""

    def of(model: type[Model]) -> QuerySet[Model]:
        return model._default_manager.using(database).all()

    for alias in ("default", database):  # so that nobody has to ask for it later
        ContentType.objects.db_manager(alias).get_for_model(Member)
    ann = Member(pk=1, name="Ann", score=1, data={"level": 1})
    bob = Member(pk=2, name="Bob", score=2, sponsor=ann, born="2000-05-01")
    cid = Member(pk=3, name="Cid", score=3, sponsor=bob, active=False, fee="2.50")
    for member in (ann, bob, cid):
        member.save(using=database, force_insert=True)
    Trainer(pk=4, name="Tom", licence="B", score=1).save(using=database)
    for key, (name, captain) in enumerate([("Red", ann), ("Blue", bob), ("Old", None)], 1):
        Team(pk=key, name=name, code=name.lower(), captain=captain).save(using=database, force_insert=True)
    for key, (member, team, role) in enumerate([(1, 1, "chief"), (2, 1, "Bob"), (1, 2, "")], 1):
        Membership(pk=FIRST + key, member_id=member, team_id=team, role=role).save(using=database)
    Match(pk=1, home_id="red", guest_id=2).save(using=database, force_insert=True)
    Remark(pk=1, text="Hm", target=ann).save(using=database, force_insert=True)
    for room in (1, 2):
        Locker(room=room, number=2).save(using=database, force_insert=True)
    return of
