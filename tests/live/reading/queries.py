"""Queries of every kind, each by a name; ``of(model)`` is a model's queryset on the database of the test."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import (
    Avg,
    Case,
    Count,
    Exists,
    F,
    FilteredRelation,
    Model,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
    Window,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import Lower, Rank

from tests.site.club.models import Locker, Match, Member, Membership, Remark, Senior, Team, Trainer

Of = Callable[[type[Model]], "QuerySet[Any]"]
Query = Callable[[Of], object]


def shown(rows: Any) -> list[Any]:
    """Return all that is in rows, in their order where they have one."""
    found = [
        {name: value for name, value in row.__dict__.items() if not name.startswith("_")}
        if isinstance(row, Model)
        else row
        for row in rows
    ]
    return found if getattr(rows, "ordered", True) else sorted(found, key=repr)


FILTERS: dict[str, Query] = {
    "all": lambda of: of(Member),
    "an equality": lambda of: of(Member).filter(name="Ann"),
    "two equalities": lambda of: of(Member).filter(name="Ann", active=True),
    "a foreign key": lambda of: of(Member).filter(sponsor=1),
    "the key of an instance": lambda of: of(Member).filter(sponsor=Member(pk=1)),
    "a list": lambda of: of(Member).filter(score__in=[1, 2]),
    "a list with nothing": lambda of: of(Member).filter(score__in=[1, None]),
    "a long list": lambda of: of(Member).filter(score__in=range(40)),
    "an empty list": lambda of: of(Member).filter(score__in=[]),
    "not in an empty list": lambda of: of(Member).exclude(score__in=[]),
    "a range": lambda of: of(Member).filter(score__range=(1, 3)),
    "comparisons": lambda of: of(Member).filter(score__gt=1, score__lte=3),
    "a date": lambda of: of(Member).filter(born__gte=date(2000, 1, 1)),
    "a part of a date": lambda of: of(Member).filter(born__year=2000),
    "a decimal": lambda of: of(Member).filter(fee=2),
    "null": lambda of: of(Member).filter(sponsor__isnull=True),
    "not null": lambda of: of(Member).filter(sponsor__isnull=False),
    "excluded": lambda of: of(Member).exclude(score=2),
    "excluded null": lambda of: of(Member).exclude(sponsor=1),
    "excluded together": lambda of: of(Member).exclude(score=2, name="Ann"),
    "either": lambda of: of(Member).filter(Q(score=1) | Q(name="Bob", active=True)),
    "not either": lambda of: of(Member).filter(~(Q(score=1) | Q(name="Bob"))),
    "one of two": lambda of: of(Member).filter(Q(score=1) ^ Q(name="Bob")),
    "either many times": lambda of: of(Member).filter(
        Q(score=1) | Q(score=2) | Q(score=3),
        Q(name="Ann") | Q(name="Bob") | Q(name="Cid"),
        Q(sponsor=1) | Q(sponsor=2) | Q(sponsor=None),
        Q(active=True) | Q(born=None),
    ),
    "a contradiction": lambda of: of(Member).filter(score=1).filter(score=2),
    "a part of a text": lambda of: of(Member).filter(name__icontains="a", active=True),
    "text in any case": lambda of: of(Member).filter(name__iexact="ann"),
    "a transform": lambda of: of(Member).alias(low=Lower("name")).filter(low="ann"),
    "another column": lambda of: of(Member).filter(score__gt=F("sponsor_id")),
    "JSON": lambda of: of(Member).filter(data__level=1),
    "a manager's method": lambda of: of(Member).active(),  # type: ignore[attr-defined]
    "nothing": lambda of: of(Member).none(),
    "a proxy": lambda of: of(Senior).filter(score=1),
    "an inherited column": lambda of: of(Trainer).filter(name="Tom", licence="B"),
    "a parent by a child's column": lambda of: of(Member).filter(trainer__licence="B"),
    "a key of two columns": lambda of: of(Locker).filter(pk=(1, 2)),
    "keys of two columns": lambda of: of(Locker).filter(pk__in=[(1, 2), (3, 4)]),
    "a part of a key": lambda of: of(Locker).filter(room=1),
    "a joined column": lambda of: of(Team).filter(captain__name="Ann").order_by("id"),
    "a joined key": lambda of: of(Membership).filter(team__captain=1),
    "a joined column or none": lambda of: (
        of(Team).filter(Q(captain__name="Ann") | Q(name="Red")).order_by("id")
    ),
    "no joined row": lambda of: of(Member).filter(leads__isnull=True),
    "not a joined column": lambda of: of(Team).exclude(captain__name="Ann").order_by("id"),
    "through many to many": lambda of: of(Member).filter(teams__name="Red"),
    "not through many to many": lambda of: of(Member).exclude(teams__name="Red"),
    "many to many, once each": lambda of: of(Member).filter(teams__name__in=["Red", "Blue"]).distinct(),
    "two joins of a table": lambda of: of(Member).filter(teams__name="Red").filter(teams__name="Blue"),
    "a key that is none": lambda of: of(Match).filter(home__name="Red"),
    "a key by its text": lambda of: of(Match).filter(home="red"),
    "a key that may lead nowhere": lambda of: of(Match).filter(guest__name="Red"),
    "a generic key": lambda of: of(Remark).filter(
        content_type=ContentType.objects.db_manager(of(Member).db).get_for_model(Member), object_id=1
    ),
    "a generic relation": lambda of: of(Member).filter(remarks__text="Hm"),
    "a filtered relation": lambda of: (
        of(Team)
        .annotate(chief=FilteredRelation("memberships", condition=Q(memberships__role="chief")))
        .filter(chief__member__name="Ann")
        .order_by("id")
    ),
    "an inner query": lambda of: of(Member).filter(
        pk__in=of(Membership).filter(role="chief").values("member")
    ),
    "not an inner query": lambda of: of(Member).exclude(pk__in=of(Team).filter(name="Red").values("captain")),
    "existence": lambda of: of(Member).filter(
        Exists(of(Membership).filter(member=OuterRef("pk"), role=OuterRef("name")))
    ),
    "a slice inside": lambda of: of(Member).filter(pk__in=of(Member).order_by("-sponsor__score", "id")[:2]),
    "an aggregate": lambda of: of(Member).annotate(n=Count("teams")).filter(n__gt=1),
    "an aggregate or a column": lambda of: (
        of(Member).annotate(n=Count("teams")).filter(Q(n__gt=1) | Q(score=1))
    ),
    "a window": lambda of: (
        of(Member).annotate(place=Window(Rank(), order_by="-score")).filter(place__lte=2).order_by("id")
    ),
    "a condition by hand": lambda of: of(Member).extra(where=["score > 1"]),
    "an expression by hand": lambda of: of(Member).filter(
        pk__in=RawSQL("SELECT captain_id FROM club_team WHERE name = %s", ["Red"])
    ),
}

SELECTIONS: dict[str, Query] = {
    "in an order": lambda of: of(Member).order_by("-score", "id"),
    "the first": lambda of: of(Member).order_by("-score", "id")[:2],
    "those after": lambda of: of(Member).order_by("-score", "id")[1:3],
    "by a joined column": lambda of: of(Member).order_by(F("sponsor__name").desc(nulls_last=True), "id")[:2],
    "in the model's order": lambda of: of(Team),
    "the first in the model's order": lambda of: of(Team).filter(captain__isnull=False)[:1],
    "with what is related": lambda of: of(Team).select_related("captain__sponsor").order_by("id"),
    "some columns": lambda of: of(Member).only("name"),
    "other columns": lambda of: of(Member).defer("name", "data"),
    "values": lambda of: of(Member).values("name", "sponsor__name"),
    "different values": lambda of: of(Member).values("sponsor__name").distinct(),
    "values of many": lambda of: of(Member).order_by("id", "teams").values("name", "teams__name"),
    "counts": lambda of: of(Member).annotate(n=Count("teams")),
    "counts of some": lambda of: of(Member).annotate(n=Count("teams", filter=Q(teams__name="Red"))),
    "in the order of counts": lambda of: of(Member).annotate(n=Count("teams")).order_by("-n", "id")[:2],
    "sums by a column": lambda of: of(Member).values("active").annotate(s=Sum("score")).order_by("active"),
    "sums by key": lambda of: of(Member).values("id").annotate(s=Sum("memberships__team_id")),
    "an inner query's value": lambda of: of(Member).annotate(
        chief=Subquery(of(Team).filter(captain=OuterRef("pk")).order_by("name").values("name")[:1])
    ),
    "a window's value": lambda of: (
        of(Member).annotate(place=Window(Rank(), order_by="-score")).order_by("id")[:2]
    ),
    "a case's value": lambda of: of(Member).annotate(
        x=Case(When(sponsor__active=True, then=F("score")), default=Value(0))
    ),
    "an expression's value by hand": lambda of: of(Member).annotate(
        x=RawSQL("(SELECT COUNT(*) FROM club_team)", [])
    ),
    "a union": lambda of: (
        of(Member)
        .filter(score=1)
        .order_by()
        .union(of(Member).filter(name="Ann").order_by())
        .order_by("id")[:2]
    ),
    "what is in both": lambda of: of(Member).filter(score=1).intersection(of(Member).filter(name="Ann")),
    "by hand": lambda of: of(Member).raw("SELECT * FROM club_member ORDER BY score, id"),
}

ANSWERS: dict[str, Query] = {
    "the number": lambda of: of(Member).filter(score__gte=1).count(),
    "the number of a slice": lambda of: of(Member).order_by("score", "id")[1:3].count(),
    "the number of joined": lambda of: of(Member).filter(teams__name="Red").distinct().count(),
    "whether there is one": lambda of: of(Member).filter(score=1).exists(),
    "a sum": lambda of: of(Member).filter(active=True).aggregate(s=Sum("score")),
    "an average of counts": lambda of: of(Member).annotate(n=Count("teams")).aggregate(Avg("n")),
    "the newest": lambda of: [m.name for m in [of(Member).order_by("-score", "-id").first()] if m],
    "the last": lambda of: [m.name for m in [of(Member).last()] if m],
    "one": lambda of: shown(of(Member).filter(pk=1)),
    "some by key": lambda of: sorted(of(Member).in_bulk([1, 2])),
    "an iterator": lambda of: [m.name for m in of(Member).order_by("id").iterator()],
    "what belongs to one": lambda of: [
        sorted(t.name for t in m.teams.all()) for m in of(Member).order_by("id")[:2]
    ],
    "what belongs to all": lambda of: [
        sorted(t.name for t in m.teams.all()) for m in of(Member).order_by("id").prefetch_related("teams")
    ],
    "what belongs to all, chosen": lambda of: [
        [(s.role, s.team.name) for s in m.chosen]
        for m in of(Member).prefetch_related(
            Prefetch(
                "memberships",
                of(Membership).filter(role="chief").select_related("team").order_by("id"),
                to_attr="chosen",
            )
        )
    ],
    "remarks about all": lambda of: [
        sorted(r.text for r in m.remarks.all()) for m in of(Member).order_by("id").prefetch_related("remarks")
    ],
    "what is loaded later": lambda of: [m.score for m in of(Member).only("name").order_by("id")],
    "what is related": lambda of: [t.captain and t.captain.name for t in of(Team).order_by("id")],
}
