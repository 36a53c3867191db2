"""A column that is looked up at once is written, and reported, as Django's own way would have it."""

from __future__ import annotations

import pytest
from django.template import Context, Engine, Template
from django.utils.safestring import mark_safe

from onair.live.reading.recorder import Recorder, recording
from onair.live.templating.columns import text_of_column
from onair.live.templating.context import RTContext
from tests.site.board.models import Column, Ticket

pytestmark = pytest.mark.django_db

AT_ONCE = [
    "ticket.title",
    "ticket.pk",
    "ticket.id",
    "ticket.is_open",
    "ticket.notes",
    "ticket.column_id",
    "ticket.owner_id",
    "ticket.column.name",
    "ticket.column.pk",
]
BY_DJANGO = [
    "ticket",
    "ticket.column",
    "ticket.owner",
    "ticket.owner.username",
    "ticket.title.upper",
    "ticket.title|upper",
    "ticket.delete",
    "ticket.get_absolute_url",
    "ticket.missing",
    "missing.title",
    "columns.first.name",
    '"ticket.title"',
]


def contexts(ticket: Ticket, *, autoescape: bool = True) -> tuple[Context, RTContext]:
    values = {"ticket": ticket, "columns": Column.objects.all()}
    return Context(values, autoescape=autoescape), RTContext(values | {}, autoescape=autoescape)


def looked_up(variable: str, context: RTContext) -> str | None:
    (node,) = Template(f"{{{{ {variable} }}}}", engine=Engine()).nodelist
    context["ticket"] = context["ticket"]  # as a loop has it
    return text_of_column(node.filter_expression, context)  # type: ignore[attr-defined]


def rendered(variable: str, context: Context) -> str:
    return Template(f"{{{{ {variable} }}}}", engine=Engine()).render(context)


@pytest.fixture
def ticket() -> Ticket:
    column = Column.objects.create(name="To <do>")
    return Ticket.objects.create(title="<b>'&\"", notes="", column=column)


@pytest.mark.parametrize("autoescape", [True, False])
@pytest.mark.parametrize("variable", AT_ONCE)
def test_a_column_is_written_as_django_writes_it(ticket: Ticket, variable: str, autoescape: bool) -> None:
    plain, live = contexts(ticket, autoescape=autoescape)
    assert looked_up(variable, live) == rendered(variable, plain)


@pytest.mark.parametrize("variable", BY_DJANGO)
def test_all_else_is_left_to_django(ticket: Ticket, variable: str) -> None:
    assert looked_up(variable, contexts(ticket)[1]) is None


@pytest.mark.parametrize("variable", AT_ONCE)
def test_it_reports_what_the_proxy_reports(ticket: Ticket, variable: str) -> None:
    shown = []
    for read in (looked_up, lambda variable, context: rendered(f"{variable}|default:''", context)):
        recorder = Recorder()
        with recording(recorder):
            read(variable, contexts(ticket)[1])
        shown.append(recorder.read_set().instances)
    assert shown[0] == shown[1]


def test_a_safe_text_is_not_escaped(ticket: Ticket) -> None:
    ticket.title = mark_safe("<b>")
    assert looked_up("ticket.title", contexts(ticket)[1]) == "<b>"


def test_a_row_that_is_not_loaded_is_left_to_django(ticket: Ticket) -> None:
    fresh = Ticket.objects.get(pk=ticket.pk)
    assert looked_up("ticket.column.name", contexts(fresh)[1]) is None
    deferred = Ticket.objects.defer("title").get(pk=ticket.pk)
    assert looked_up("ticket.title", contexts(deferred)[1]) is None
