"""A list that is rendered again by what it was shows what a fresh rendering of it shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onair.live.markup import diff
from onair.live.rendering.concern import concern
from onair.live.rendering.engine import _Since
from onair.live.rendering.log import log
from onair.live.rendering.result import PageRendering
from onair.live.templating.lists import Last
from tests.live.markup.applying import apply
from tests.live.templating.showing import only, rendered
from tests.site.board.models import Column, Ticket

pytestmark = pytest.mark.django_db(transaction=True)

ITEM = "<li>{{ t.title }}</li>"
RICH = """<li class="{{ t.is_open|yesno:'open,closed' }}" id="t{{ t.pk }}">
  {% if t.is_open and t.owner %}<b>{{ t.owner.username|upper }}</b>{% else %}nobody{% endif %}
  {{ t.title|default:'-' }} in {{ t.column }}<a href="/t/{{ t.pk }}/">{{ t.column.name|lower }}</a></li>"""
NESTED = """<li>{{ t.name }}
  <ul>{% for one in t.tickets.all %}<li>{{ one.title }}</li>{% empty %}none{% endfor %}</ul></li>"""
CHANGED = """{% ifchanged t.column %}<li>{{ t.column }}</li>{% endifchanged %}
  <li>{% cycle 'a' 'b' %}{{ t.title }}</li>"""

#: A list: its items, and the query that it goes through.
LISTS: dict[str, tuple[str, Callable[[], Any]]] = {
    "all": (ITEM, lambda: Ticket.objects.order_by("id")),
    "by title": (RICH, lambda: Ticket.objects.order_by("title", "id")),
    "a slice": (RICH, lambda: Ticket.objects.order_by("title", "id")[:3]),
    "a slice with an offset": (ITEM, lambda: Ticket.objects.order_by("-title", "id")[1:3]),
    "filtered": (RICH, lambda: Ticket.objects.filter(is_open=True).order_by("-id")),
    "by what is related": (
        RICH,
        lambda: Ticket.objects.filter(column__name="b").order_by("column__name", "id"),
    ),
    "joined": (RICH, lambda: Ticket.objects.select_related("column", "owner").order_by("id")),
    "fetched": (RICH, lambda: Ticket.objects.prefetch_related("column").order_by("id")),
    "some columns": (RICH, lambda: Ticket.objects.only("title").order_by("id")),
    "nested": (NESTED, lambda: Column.objects.order_by("name", "id")),
    "annotated": (
        "<li>{{ t.title }}{{ t.more }}</li>",
        lambda: Ticket.objects.annotate(more=F("column__name")).order_by("id"),
    ),
    "by its column": (
        CHANGED,
        lambda: Ticket.objects.order_by("column__name", "id"),
    ),
}

TITLES = st.sampled_from(["", "a", "b", "c", "<b>", "-->"])
NUMBERS = st.integers(0, 5)


def _ticket(number: int) -> Ticket | None:
    count = Ticket.objects.count()
    return Ticket.objects.order_by("id")[number % count] if count else None


def _column(number: int) -> Column:
    return Column.objects.order_by("id")[number % 2]


def _create(number: int, title: str) -> None:
    Ticket.objects.create(title=title, column=_column(number), is_open=number % 3 > 0)


def _save(number: int, title: str) -> None:
    if ticket := _ticket(number):
        ticket.title, ticket.is_open = title, not ticket.is_open
        ticket.save()


def _move(number: int, title: str) -> None:
    if ticket := _ticket(number):
        Ticket.objects.filter(pk=ticket.pk).update(column=_column(number + 1), title=title)


def _own(number: int, title: str) -> None:
    if ticket := _ticket(number):
        ticket.owner = None if number % 2 else User.objects.get()
        ticket.save(update_fields=["owner"])


def _delete(number: int, title: str) -> None:
    if ticket := _ticket(number):
        ticket.delete()


def _rename_column(number: int, title: str) -> None:
    Column.objects.filter(pk=_column(number).pk).update(name=title)


def _rename_owner(number: int, title: str) -> None:
    User.objects.update(username=f"{title}{number}")


def _rename_all(number: int, title: str) -> None:
    Ticket.objects.filter(title=title).update(title="c")


WRITES = [_create, _save, _move, _own, _delete, _rename_column, _rename_owner, _rename_all]


def _page(name: str, before: PageRendering | None = None) -> PageRendering:
    item, query = LISTS[name]
    template = f"<ul>{{% live rows as t %}}{item}{{% empty %}}<li>none</li>{{% endlive %}}</ul>"
    if before is None:
        return rendered(template, {"rows": query()})
    region = only(before)
    last = Last(region.items, _Since(log, before.position).has_not_changed)
    return rendered(template, {"rows": query()}, wanted=frozenset({region.id}), last={region.id: last})


@pytest.mark.parametrize("name", LISTS)
@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(steps=st.lists(st.tuples(st.sampled_from(WRITES), NUMBERS, TITLES), min_size=3, max_size=12))
def test_what_is_kept_of_a_list_is_what_it_would_be(name: str, steps: Any) -> None:
    for model in (Ticket, Column, User):
        model.objects.all().delete()
    User.objects.create(username="somebody")
    for letter in "ab":
        Column.objects.create(name=letter)
    for letter in "ba":
        _create(ord(letter), letter)
    page = _page(name, _page(name))
    for write, number, title in steps:
        write(number, title)
        changes = log.since(page.position)
        assert changes is not None
        tree, fresh = only(page).tree, only(_page(name)).tree
        if not concern(changes, only(page).reads.read_set):
            assert fresh.html == tree.html, (write, "was not noticed")
            continue
        page = _page(name, page)
        assert only(page).tree.html == fresh.html
        ops = diff(tree, only(page).tree)
        assert (apply(tree.html, ops) if ops else tree.html) == fresh.html


def _queries(name: str, page: PageRendering) -> list[str]:
    queries: list[str] = []

    def note(execute: Any, sql: str, *args: Any) -> Any:
        queries.append(sql)
        return execute(sql, *args)

    with connection.execute_wrapper(note):
        _page(name, page)
    return queries


def test_a_row_that_has_not_changed_is_not_read_again() -> None:
    column = Column.objects.create(name="a")
    for number in range(3):
        Ticket.objects.create(title=str(number), column=column)
    page = _page("all", _page("all"))
    (keys,) = _queries("all", page)
    assert "title" not in keys.partition("FROM")[0]
    ticket = Ticket.objects.get(title="1")
    ticket.title = "one"
    ticket.save()
    keys, rows = _queries("all", page)
    assert "IN (" in rows


@pytest.mark.parametrize("option", ["on='weather'", "every=30"])
def test_nothing_is_kept_of_what_changes_without_its_rows(
    option: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sky = "blue"
    monkeypatch.setattr(Ticket, "sky", property(lambda ticket: sky), raising=False)
    Ticket.objects.create(title="1", column=Column.objects.create(name="a"))
    template = f"<ul>{{% live rows as t {option} %}}<li>{{{{ t.sky }}}}</li>{{% endlive %}}</ul>"

    def page(before: PageRendering) -> PageRendering:
        region = only(before)
        last = Last(region.items, lambda read_set: True)
        rows = {"rows": Ticket.objects.all()}
        return rendered(template, rows, wanted=frozenset({region.id}), last={region.id: last})

    first = page(page(rendered(template, {"rows": Ticket.objects.all()})))
    sky = "grey"
    assert "grey" in only(page(first)).tree.html
