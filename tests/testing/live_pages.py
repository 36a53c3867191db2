"""Live pages that the tests of ``assertLive`` open: one for each way in which a template reads."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.template.response import TemplateResponse
from django.urls import path

from onair.live import RTView, live_view
from tests.site.board.models import Column, Ticket

HTML = "{{% load onair %}}<html><head><title>Board</title></head><body>{}</body></html>"

ROWS = "{% for t in tickets %}<li>{{ t.title }}</li>{% endfor %}"


def tickets() -> Any:
    return Ticket.objects.order_by("id")


def columns() -> Any:
    return Column.objects.order_by("id")


def context() -> dict[str, Any]:
    return {
        "tickets": tickets(),
        "columns": columns(),
        "by_column": tickets().select_related("column").order_by("column_id", "id"),
        "values": tickets().values("title", "column__name"),
        "counted": Column.objects.annotate(n=Count("tickets")).order_by("-n", "id"),
        "prefetched": columns().prefetch_related("tickets__owner"),
        "listed": list(tickets()),
        "deferred": tickets().only("title"),
    }


def part(body: str, values: Callable[[], dict[str, Any]] = context) -> Callable[..., HttpResponse]:
    @live_view
    def view(request: HttpRequest) -> HttpResponse:
        template: Any = engines["django"].from_string(HTML.format(body))
        return TemplateResponse(request, template, values())

    return view


def whole(body: str, values: Callable[[], dict[str, Any]] = context) -> Callable[..., HttpResponse]:
    class View(RTView):
        def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
            return super().get_context_data(**kwargs) | values()

        def render_to_response(self, context: Any, **kwargs: Any) -> HttpResponse:
            template: Any = engines["django"].from_string(HTML.format(body))
            return TemplateResponse(self.request, template, context)

    view: Callable[..., HttpResponse] = View.as_view()
    return view


#: Templates whose regions follow what they read, by name.
FOLLOWING = {
    "list": part(f"<ul>{{% live %}}{ROWS}{{% endlive %}}</ul>"),
    "within-a-page": whole(f"<h1>{{{{ columns.count }}}}</h1><ul>{{% live %}}{ROWS}{{% endlive %}}</ul>"),
    "within-a-region": part(
        f"{{% live %}}<h1>{{{{ columns.count }}}}</h1><ul>{{% live %}}{ROWS}{{% endlive %}}</ul>"
        "{% endlive %}"
    ),
    "one-for-each-row": part(
        "{% for c in columns %}{% live %}{% for t in c.tickets.all %}<p>{{ t }}</p>{% endfor %}{% endlive %}"
        "{% endfor %}"
    ),
    "one-for-each-row-of-a-page": whole(
        "{% for c in columns %}<div>{{ c }}{% live %}{% for t in c.tickets.all %}<p>{{ t }}</p>{% endfor %}"
        "{% endlive %}</div>{% endfor %}"
    ),
    "with-a-variable-from-around": part(
        "{% with n=columns.count %}{% live %}<b>{{ n }}</b>{% endlive %}{% endwith %}"
    ),
    "with-a-variable-from-the-region-around": part(
        "{% live %}{% with n=columns.count %}{% live %}<b>{{ n }}</b>{% endlive %}{% endwith %}{% endlive %}"
    ),
    "comes-and-goes": part(
        "{% live %}{% if columns.count > 2 %}{% live %}<b>{{ tickets.count }}</b>{% endlive %}{% endif %}"
        "{% endlive %}"
    ),
    "grouped": part(
        "{% live %}{% regroup by_column by column as groups %}{% for group in groups %}"
        "<p>{{ group.grouper }}: {{ group.list|length }}</p>{% endfor %}{% endlive %}"
    ),
    "values": part(
        "{% live %}{% for v in values %}<p>{{ v.title }} {{ v.column__name }}</p>{% endfor %}{% endlive %}"
    ),
    "annotated": part(
        "{% live %}{% for c in counted %}<p>{{ c.name }}: {{ c.n }}</p>{% endfor %}{% endlive %}"
    ),
    "prefetched": part(
        "{% live %}{% for c in prefetched %}{% for t in c.tickets.all %}<p>{{ t.title }} {{ t.owner }}</p>"
        "{% endfor %}{% endfor %}{% endlive %}"
    ),
    "one-row": part(
        '{% live %}<p class="{{ tickets.first.title }}">{{ tickets.last }}</p>'
        "<i>{{ tickets.0.column.name|upper }}</i>{% if tickets.exists %}<b>some</b>{% endif %}{% endlive %}"
    ),
    "sliced": part("{% live %}{% for t in tickets|slice:':2' %}<p>{{ t }}</p>{% endfor %}{% endlive %}"),
    "evaluated": part(
        "{% live %}{% for t in listed %}<p>{{ t.title }} {{ t.column }}</p>{% endfor %}{% endlive %}"
    ),
    "deferred": part(
        "{% live %}{% for t in deferred %}<p>{{ t.title }} {{ t.notes }}</p>{% endfor %}{% endlive %}"
    ),
}

_number = itertools.count()


@live_view
def ever_new(request: HttpRequest) -> HttpResponse:
    template: Any = engines["django"].from_string(HTML.format("{% live %}<b>{{ number }}</b>{% endlive %}"))
    return TemplateResponse(request, template, {"number": next(_number)})


@live_view
async def asynchronous(request: HttpRequest) -> HttpResponse:
    count = await Ticket.objects.acount()
    template: Any = engines["django"].from_string(HTML.format("{% live %}<p>{{ count }}</p>{% endlive %}"))
    return TemplateResponse(request, template, {"count": count})


def failing(request: HttpRequest) -> HttpResponse:
    raise ValueError("of all things")


def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<p>plain</p>")


def text(request: HttpRequest) -> HttpResponse:
    return HttpResponse("text", content_type="text/plain")


urlpatterns = [
    *(path(f"{name}/", view) for name, view in FOLLOWING.items()),
    path("ever-new/", ever_new),
    path("asynchronous/", asynchronous),
    path("topic/", part('{% live on="weather" %}<p>{{ tickets.count }}</p>{% endlive %}')),
    path("failing/", failing),
    path("plain/", plain),
    path("text/", text),
]
