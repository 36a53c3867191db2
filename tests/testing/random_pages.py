"""Random live pages, and random writes below them: what is read in one way is written in another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from random import Random
from typing import Any

from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.urls import path

from tests.site.club.models import Member, Membership, Remark, Senior, Team, Trainer
from tests.testing.live_pages import part, whole


def members() -> Any:
    return Member.objects.order_by("name", "id")


#: What a page goes through.
LISTS: dict[str, Callable[[], Any]] = {
    "all": members,
    "manager": lambda: Member.objects,
    "listed": lambda: list(members()),
    "active": lambda: members().filter(active=True),
    "not-active": lambda: members().exclude(active=True),
    "compared": lambda: members().filter(score__gt=3),
    "no-sponsor": lambda: members().filter(sponsor=None),
    "year": lambda: members().filter(born__year=2000),
    "either": lambda: members().filter(Q(score=1) | Q(active=False)),
    "expression": lambda: members().filter(score__gt=F("sponsor__score")),
    "joined": lambda: members().filter(sponsor__active=True),
    "many": lambda: members().filter(teams__name__contains="T"),
    "distinct": lambda: members().filter(teams__code="t1").distinct(),
    "without": lambda: members().exclude(teams__name="T1"),
    "exists": lambda: members().filter(Exists(Membership.objects.filter(member=OuterRef("pk"), role="boss"))),
    "within": lambda: members().filter(pk__in=Team.objects.values("captain_id")),
    "generic": lambda: members().filter(remarks__text="hi"),
    "counted": lambda: members().annotate(n=Count("teams")).filter(n__gte=1),
    "union": lambda: Member.objects.filter(score=1).union(Member.objects.filter(score=2)).order_by("id"),
    "selected": lambda: members().select_related("sponsor"),
    "prefetched": lambda: members().prefetch_related("teams__captain", "sponsored"),
    "deferred": lambda: members().only("name"),
    "first-three": lambda: Member.objects.order_by("-score", "id")[:3],
    "next-three": lambda: Member.objects.order_by("score", "id")[1:4],
    "page": lambda: Paginator(members(), 2).get_page(1),
    "by-another-table": lambda: Member.objects.order_by("sponsor__name", "id"),
    "children": lambda: Trainer.objects.order_by("licence", "id"),
    "proxies": lambda: Senior.objects.order_by("id"),
}

#: What it shows of each row.
ROWS = {
    "columns": "{{ m.name }} {{ m.score }}",
    "instance": "{{ m }}",
    "condition": "{% if m.active %}A{% else %}<b>{{ m.score }}</b>{% endif %}",
    "attributes": '<a class="{{ m.name }}" title="{{ m.sponsor.name|upper }}">{{ m.fee }}</a>',
    "filters": "{{ m.born|date:'Y' }}{{ m.seen|default:'-' }}",
    "json": "{{ m.data.a }}{{ m.data }}",
    "key": "{{ m.sponsor_id }}",
    "related": "{{ m.sponsor.name }}",
    "related-instance": "{{ m.sponsor }}",
    "far": "{{ m.sponsor.sponsor.name }}",
    "compared": "{% if m.sponsor.pk == m.pk %}self{% endif %}{{ m.pk }}",
    "named": "{% with s=m.sponsor %}{{ s.name }}{% endwith %}",
    "first-of": "{% firstof m.sponsor m.name %}",
    "reverse": "{% for s in m.sponsored.all %}<i>{{ s.name }}</i>{% endfor %}",
    "count": "{{ m.sponsored.count }}",
    "length": "{{ m.memberships.all|length }}",
    "exists": "{% if m.memberships.exists %}in{% endif %}",
    "many": "{% for t in m.teams.all %}<i>{{ t.name }}{{ t.captain.name }}</i>{% endfor %}",
    "in-a-line": "{{ m.teams.all|join:', ' }}",
    "one-of-many": "{{ m.leads.first.name }}",
    "sorted": "{% for x in m.memberships.all|dictsort:'role' %}{{ x.role }}{{ x.team }}{% endfor %}",
    "generic": "{% for r in m.remarks.all %}{{ r.text }}{% endfor %}",
    "child": "{{ m.trainer.licence }}",
    "number": "{{ forloop.counter }}{{ m.name }}",
    "number-around": (
        "{% for x in m.memberships.all %}{{ forloop.parentloop.counter }}{{ x.role }}{% endfor %}"
    ),
    "around": "{{ rows.count }}{{ m.name }}",
}

#: Where its regions are. The first ones are parts of a page, the others a page that is live as a whole.
PARTS = {
    "tag": "<ul>{{% live rows as m %}}<li>{row}</li>{{% empty %}}<li>none</li>{{% endlive %}}</ul>",
    "block": "{{% live %}}{{% for m in rows %}}<p>{row}</p>{{% empty %}}none{{% endfor %}}{{% endlive %}}",
}
WHOLES = {
    "page": "<ul>{{% for m in rows %}}<li>{row}</li>{{% endfor %}}</ul>",
    "in-each": (
        "<b>{{{{ rows.count }}}}</b>"
        "{{% for m in rows %}}{{% live %}}<p>{row}</p>{{% endlive %}}{{% endfor %}}"
    ),
    "beside": (
        "{{% for m in rows %}}{{{{ m.name }}}}{{% endfor %}}{{% live rows as m %}}<p>{row}</p>{{% endlive %}}"
    ),
}


def random_page(random: Random) -> tuple[str, Callable[..., HttpResponse]]:
    """Return a page, and what it is called."""
    rows, row, place = (random.choice(sorted(table)) for table in (LISTS, ROWS, {**PARTS, **WHOLES}))
    make = part if place in PARTS else whole
    body = {**PARTS, **WHOLES}[place].format(row=ROWS[row])
    return f"{place} of {rows} with {row}", make(body, lambda: {"rows": LISTS[rows]()})


class Writer:
    """Writes something each time that it is called."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def begin(self) -> None:
        """Write what there is at first."""
        for number in range(4):
            self._create()
            if number % 2:
                Team.objects.create(name=f"T{number}", code=f"t{number}", captain=self._one(Member))

    def __call__(self) -> None:
        if self._random.random() < 0.1:
            with transaction.atomic():
                for _ in range(3):
                    self._write()
        else:
            self._write()

    def _write(self) -> None:
        self._random.choice(
            [
                *(self._create, self._create, self._save, self._save, self._save, self._delete),
                *(self._join, self._join, self._leave, self._remark, self._update, self._update),
            ]
        )()

    def _one(self, model: Any) -> Any:
        found = list(model.objects.order_by("pk"))
        return self._random.choice(found) if found else None

    def _create(self) -> None:
        random = self._random
        values = {
            "name": random.choice("abcde"),
            "score": random.randrange(6),
            "active": random.random() < 0.5,
        }
        random.choice(
            [
                lambda: Member.objects.create(**values, sponsor=self._one(Member)),
                lambda: Trainer.objects.create(**values, licence=random.choice("ab")),
                lambda: Member.objects.bulk_create([Member(**values)]),
                lambda: Team.objects.create(
                    name=f"T{random.randrange(3)}",
                    code=f"t{random.randrange(10**9)}",
                    captain=self._one(Member),
                ),
            ]
        )()

    def _save(self) -> None:
        random, member = self._random, self._one(Member)
        values = {
            "name": random.choice("abcde"),
            "score": random.randrange(6),
            "active": random.random() < 0.5,
            "sponsor": self._one(Member),
            "data": {"a": random.randrange(9)},
            "born": dt.date(2000 + random.randrange(2), 1, 1),
        }
        name = random.choice(sorted(values))
        if member is not None:
            setattr(member, name, values[name])
            member.save(update_fields=[name] if random.random() < 0.5 else None)

    def _update(self) -> None:
        random = self._random
        random.choice(
            [
                lambda: Member.objects.filter(score=random.randrange(6)).update(score=F("score") + 1),
                lambda: Member.objects.filter(active=True).update(active=False),
                lambda: Member.objects.filter(name=random.choice("abcde")).update(sponsor=None),
                lambda: Trainer.objects.update(licence=random.choice("ab")),
                lambda: Team.objects.filter(code="t1").update(name=f"T{random.randrange(3)}"),
                lambda: Team.objects.update(captain=self._one(Member)),
                lambda: Membership.objects.filter(role="x").update(role="boss"),
                lambda: Membership.objects.update(team=self._one(Team)) if Team.objects.exists() else None,
            ]
        )()

    def _delete(self) -> None:
        member = self._one(Member)
        self._random.choice(
            [
                lambda: member.delete() if member is not None else None,
                lambda: Team.objects.filter(name="T2").delete(),
                lambda: Membership.objects.filter(role="x").delete(),
                lambda: Remark.objects.all().delete(),
            ]
        )()

    def _join(self) -> None:
        team, member = self._one(Team), self._one(Member)
        if team is not None and member is not None:
            team.members.add(member, through_defaults={"role": self._random.choice(["boss", "x"])})

    def _leave(self) -> None:
        team = self._one(Team)
        if team is not None:
            self._random.choice([team.members.clear, lambda: team.members.remove(*team.members.all()[:1])])()

    def _remark(self) -> None:
        member = self._one(Member)
        if member is not None:
            member.remarks.create(text=self._random.choice(["hi", "yo"]))


#: The pages of the tests that run, by their seeds.
pages: dict[int, Callable[..., HttpResponse]] = {}


def view(request: HttpRequest, seed: int) -> HttpResponse:
    return pages[seed](request)


urlpatterns = [path("<int:seed>/", view)]
