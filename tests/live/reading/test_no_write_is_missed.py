"""What changes the answer of a query concerns what was read for it: the database is the judge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction
from django.db.models import F, Model

from onair.changes import interest
from onair.changes.change import Commit
from onair.live.matching import affects
from onair.live.matching.reads import ReadSet
from onair.live.reading.recorder import Recorder, current, fetch, recording
from tests.live.reading.conftest import FIRST
from tests.live.reading.queries import ANSWERS, FILTERS, SELECTIONS, Of, Query, shown
from tests.site.club.models import Locker, Match, Member, Membership, Remark, Team, Trainer

Write = Callable[[Of], object]

#: Asks a query, and returns what a page would show of it.
Asking = Callable[[Query, Of], str]


def save(
    of: Of, model: type[Member | Team | Membership | Match | Remark], key: int, **values: object
) -> None:
    """Change an instance, and save the whole of it."""
    instance = of(model).get(pk=key)
    for name, value in values.items():
        setattr(instance, name, value)
    instance.save()


WRITES: tuple[Write, ...] = (
    lambda of: save(of, Member, 1, score=2),
    lambda of: save(of, Member, 1, name="Bob"),
    lambda of: save(of, Member, 2, name="Ann", score=5),
    lambda of: of(Member).filter(pk=2).update(score=1),
    lambda of: of(Member).filter(name="Ann").update(name="Red", active=False),
    lambda of: of(Member).update(score=F("score") + 1),
    lambda of: of(Member).create(pk=5, name="Eve", score=1, sponsor_id=1),
    lambda of: of(Member).create(pk=6, name="Ann", score=4, born="2000-01-01"),
    lambda of: of(Member).filter(pk=6).update(sponsor=2),
    lambda of: of(Member).filter(pk=6).update(sponsor=None, fee=2, data={"level": 1}),
    lambda of: of(Member).bulk_create([Member(pk=7, name="Flo"), Member(pk=8, name="Gus", active=False)]),
    lambda of: of(Trainer).create(pk=9, name="Tom", licence="B"),
    lambda of: of(Trainer).filter(pk=4).update(name="Tim", licence="C"),
    lambda of: of(Trainer).filter(licence="B").update(licence="A"),
    lambda of: of(Team).create(pk=4, name="Red", code="red2", captain_id=2),
    lambda of: of(Team).filter(pk=4).update(captain=1),
    lambda of: of(Team).filter(pk=4).update(captain=None, name="Blue"),
    lambda of: of(Team).get(pk=4).members.add(3, 1),
    lambda of: of(Team).get(pk=1).members.remove(2),
    lambda of: of(Membership).filter(pk=FIRST + 1).update(role="Ann"),
    lambda of: of(Membership).filter(pk=FIRST + 3).update(role="chief", team=1),
    lambda of: of(Membership).filter(pk=FIRST + 3).update(team=3),
    lambda of: save(of, Membership, FIRST + 3, member_id=2, role="Bob"),
    lambda of: of(Team).get(pk=3).members.set([1, 2, 3]),
    lambda of: of(Match).create(pk=2, home_id="blue", guest_id=1),
    lambda of: of(Match).filter(pk=2).update(guest=77),
    lambda of: of(Team).create(pk=77, name="Red", code="late"),
    lambda of: of(Match).filter(pk=2).update(home_id="red", goals=3),
    lambda of: of(Team).filter(pk=77).delete(),
    lambda of: of(Remark).create(pk=2, text="Hm", target=of(Member).get(pk=2)),
    lambda of: of(Remark).filter(pk=2).update(text="Oh"),
    lambda of: of(Remark).create(pk=3, text="Hm", target=of(Team).get(pk=1)),
    lambda of: (
        of(Remark)
        .filter(pk=3)
        .update(content_type=ContentType.objects.db_manager(of(Member).db).get_for_model(Member))
    ),
    lambda of: of(Remark).filter(pk=1).update(object_id=3),
    lambda of: of(Locker).create(room=1, number=3),
    lambda of: of(Locker).create(room=3, number=4, content="x"),
    lambda of: of(Locker).filter(room=1).update(content="y"),
    lambda of: of(Locker).filter(pk=(1, 2)).delete(),
    lambda of: of(Member).filter(pk=3).delete(),
    lambda of: of(Team).filter(pk=2).delete(),
    lambda of: of(Member).get(pk=1).delete(),
    lambda of: of(Trainer).get(pk=9).delete(),
    lambda of: of(Member).filter(score__gt=2).delete(),
    lambda of: of(Membership).all().delete(),
)


@pytest.fixture(params=["each row", "each write"])
def commits(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> list[Commit]:
    """Return what is committed, with the keys of its rows, or with what a write says of itself."""
    heard: list[Commit] = []
    monkeypatch.setattr(interest, "_watched", set(interest._watched))
    monkeypatch.setattr(interest, "_all", False)
    monkeypatch.setattr(interest, "_listeners", [heard.append])
    if request.param == "each write":
        interest.watch_all()
    else:
        for model in apps.get_app_config("club").get_models(include_auto_created=True):
            interest.watch(model)
    return heard


def whole(query: Query, of: Of) -> str:
    found = query(of)
    return repr(shown(found) if hasattr(found, "_fetch_all") else found)


def reported(query: Query, of: Of) -> str:
    """Return a column of a query's instances, for which the columns are reported one by one."""
    rows: Any = query(of)
    recorder = current()
    found = []
    for row in fetch(rows):
        if isinstance(row, Model):
            name = "name" if hasattr(row, "name") else "pk"
            if recorder is not None:
                recorder.instance(row, name)
            found.append(getattr(row, name))
        else:
            found.append(row)
    return repr(found if getattr(rows, "ordered", True) else sorted(found, key=repr))


def recorded(asking: Asking, query: Query, of: Of) -> tuple[str, ReadSet]:
    recorder = Recorder()
    with recording(recorder):
        answer = asking(query, of)
    return answer, recorder.read_set()


CASES: dict[str, tuple[Asking, dict[str, Query]]] = {
    "filters": (whole, FILTERS),
    "selections": (whole, SELECTIONS),
    "answers": (whole, ANSWERS),
    "reported": (reported, SELECTIONS),
}


@pytest.mark.parametrize("case", CASES)
def test_a_write_that_changes_an_answer_concerns_what_was_read(
    case: str, of: Of, database: str, commits: list[Commit]
) -> None:
    asking, queries = CASES[case]
    known = {name: recorded(asking, query, of) for name, query in queries.items()}
    for number, write in enumerate(WRITES):
        commits.clear()
        with transaction.atomic(using=database):
            write(of)
        for name, (answer, read_set) in known.items():
            if any(affects(read_set, commit) for commit in commits):
                known[name] = recorded(asking, queries[name], of)
            else:
                assert asking(queries[name], of) == answer, (name, number, commits, read_set)


def test_a_write_that_fails_concerns_nobody(of: Of, database: str, commits: list[Commit]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(using=database):
        of(Locker).create(room=2, number=2)
    assert not any(commits)
