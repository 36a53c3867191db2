from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from functools import total_ordering
from typing import Any

import pytest
from django.db import models
from django.test.utils import isolate_apps

from onair.live.reading.recorder import Recorder, recording
from onair.live.templating.proxies import RTModelProxy, is_live, rows_of, unwrapped, wrap
from tests.site.board.models import Column, Entry, Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket() -> Ticket:
    return Ticket.objects.create(title="One", column=Column.objects.create(name="To do"))


def shown(instance: models.Model, read: Callable[[Any], object]) -> frozenset[str] | None:
    """The columns of the instance's row that reading shows; None for all of it."""
    recorder = Recorder()
    with recording(recorder):
        read(RTModelProxy(instance))
    instances = recorder.read_set().instances
    model = type(instance)
    return instances.get(("default", model, instance.pk), frozenset())


@pytest.mark.parametrize(
    ("read", "columns"),
    [
        (lambda t: t.title, {"title"}),
        (lambda t: t.pk, {"id"}),
        (lambda t: t.id, {"id"}),
        (lambda t: t.column_id, {"column_id"}),
        (lambda t: t.column, {"column_id"}),
        (lambda t: t.column.name, {"column_id"}),
        (lambda t: t.owner, {"owner_id"}),
        (lambda t: t.is_open, {"is_open"}),
        (lambda t: t._meta, set()),
        (lambda t: t.DoesNotExist, set()),
        (lambda t: isinstance(t, Ticket), set()),
        (lambda t: t == 1, {"id"}),
        (str, None),
        (repr, None),
        (lambda t: f"{t}", None),
        (lambda t: t.serializable_value, None),
        (lambda t: t.get_next_in_order, None),
    ],
)
def test_what_is_read_of_an_instance_is_shown(
    ticket: Ticket, read: Callable[[Any], object], columns: set[str] | None
) -> None:
    def tried(proxy: Any) -> None:
        try:
            read(proxy)
        except AttributeError:
            assert columns is None

    assert shown(ticket, tried) == (None if columns is None else frozenset(columns))


def test_what_is_related_is_a_proxy_of_its_own(ticket: Ticket) -> None:
    proxy: Any = RTModelProxy(ticket)
    assert type(proxy.column) is RTModelProxy
    recorder = Recorder()
    with recording(recorder):
        assert proxy.column.name == "To do"
    assert recorder.read_set().instances["default", Column, ticket.column_id] == frozenset({"name"})


def test_a_proxy_is_an_instance_to_all_who_ask(ticket: Ticket) -> None:
    proxy: Any = RTModelProxy(ticket)
    assert isinstance(proxy, Ticket)
    assert isinstance(proxy, models.Model)
    assert proxy.__class__ is Ticket
    assert proxy._wrapped is ticket
    assert unwrapped(proxy) is ticket
    assert wrap(proxy) is proxy
    assert bool(proxy)
    assert hash(proxy) == hash(ticket)


def test_a_proxy_equals_its_instance_both_ways(ticket: Ticket) -> None:
    proxy, other = RTModelProxy(ticket), Ticket(pk=ticket.pk + 1)
    assert proxy == ticket
    assert ticket == proxy
    assert proxy == RTModelProxy(ticket)
    assert proxy != other
    assert other != proxy
    assert {proxy} == {ticket}
    assert [ticket].index(proxy) == 0  # type: ignore[arg-type]


@pytest.mark.parametrize("keep", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_proxy_is_neither_pickled_nor_copied(ticket: Ticket, keep: Callable[[Any], object]) -> None:
    with pytest.raises(TypeError, match=r"proxy\._wrapped"):
        keep(RTModelProxy(ticket))


def test_a_proxy_writes_through(ticket: Ticket) -> None:
    proxy: Any = RTModelProxy(ticket)
    proxy.title = "Two"
    proxy.save()
    ticket.refresh_from_db()
    assert ticket.title == "Two"
    proxy.extra = 1
    del proxy.extra
    assert not hasattr(ticket, "extra")


def test_what_a_query_gets_as_a_value_may_be_a_proxy(ticket: Ticket) -> None:
    assert Ticket.objects.get(column=RTModelProxy(ticket.column)) == ticket


@pytest.mark.parametrize("method", [iter, len, lambda proxy: proxy["title"], lambda proxy: 1 in proxy])
def test_a_proxy_has_no_more_items_than_its_instance(ticket: Ticket, method: Callable[[Any], object]) -> None:
    with pytest.raises(TypeError):
        method(RTModelProxy(ticket))


def test_a_proxy_is_written_as_python_2_did_where_nothing_else_is_said() -> None:
    assert str(RTModelProxy(Entry(name="By __unicode__"))) == "By __unicode__"
    assert str(RTModelProxy(Column(name="By __str__"))) == "By __str__"


@isolate_apps("tests.site.board")
def test_a_proxy_has_the_order_and_the_items_of_its_instance() -> None:
    @total_ordering
    class Size(models.Model):
        number = models.IntegerField()

        class Meta:
            app_label = "board"

        def __str__(self) -> str:
            return str(self.number)

        def __lt__(self, other: Size) -> bool:
            return self.number < other.number

        def __len__(self) -> int:
            return self.number

        def __contains__(self, item: object) -> bool:
            return item == self.number

        def __getitem__(self, key: int) -> int:
            return key

    small, large = RTModelProxy(Size(pk=1, number=1)), RTModelProxy(Size(pk=2, number=2))
    assert small < large
    assert small <= large
    assert large > small
    assert large >= small
    assert sorted([large, small], key=lambda one: one) == [small, large]  # type: ignore[type-var,arg-type]
    assert len(large) == 2
    assert 2 in large
    assert large[7] == 7


def test_lists_of_instances_are_lists_of_proxies(ticket: Ticket) -> None:
    for kind in (list, tuple):
        wrapped = wrap(kind([ticket]))
        assert type(wrapped) is kind
        assert type(wrapped[0]) is RTModelProxy
        assert is_live(wrapped)
    assert wrap([ticket, 1]) == [ticket, 1]
    assert wrap([]) == []
    assert not is_live([])


def test_rows_are_those_of_instances_alone(ticket: Ticket) -> None:
    queries: list[Any] = [Ticket.objects, Ticket.objects.all(), [ticket]]
    assert [rows_of(query) for query in queries] == [[ticket]] * 3
    assert rows_of(Ticket.objects.values("title")) is None
    assert rows_of(["text"]) is None
