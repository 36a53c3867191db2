"""Live pages that are hard to follow: what decides who may see them is elsewhere, or they fail, or write."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template import engines
from django.template.response import TemplateResponse
from django.urls import include, path
from django.utils import translation
from django.views.decorators.cache import cache_page

from onair.live import RTView, live_view
from tests.site.board.models import Column, Ticket

LIST = "<ul>{% live tickets as t %}<li>{{ t.title }}</li>{% endlive %}</ul>"


@cache
def template(content: str) -> Any:
    whole = "{% load onair i18n %}<!doctype html><html><head>{% onair_script %}</head><body>"
    return engines["django"].from_string(f"{whole}{content}</body></html>")


def shown(request: HttpRequest, content: str = LIST, **context: Any) -> HttpResponse:
    context.setdefault("tickets", Ticket.objects.order_by("id"))
    return HttpResponse(template(content).render(context, request))


@live_view
def listed(request: HttpRequest) -> HttpResponse:
    return shown(request)


#: What a test has happen when the page of ``raced`` has been rendered, and has not been answered.
AFTER_RENDERING: list[Callable[[HttpRequest], object]] = []


@live_view
def raced(request: HttpRequest) -> HttpResponse:
    """A list of a database that others write to meanwhile."""
    response = shown(request, tickets=Ticket.objects.using(request.GET["on"]).order_by("title", "id"))
    for happen in AFTER_RENDERING:
        happen(request)
    return response


@live_view
def counted(request: HttpRequest) -> HttpResponse:
    """Writes whenever it is asked for."""
    Column.objects.create(name="visit")
    content = "{% live %}<b>{{ columns.count }}</b>{% endlive %}" + LIST
    return shown(request, content, columns=Column.objects.all())


@live_view
def fragile(request: HttpRequest) -> HttpResponse:
    if Column.objects.filter(name="broken").exists():
        raise ValueError("broken")
    return shown(request)


@live_view
def redirecting(request: HttpRequest) -> HttpResponse:
    column = Column.objects.first()
    return shown(request) if column is None else _ANSWERS[column.name]()


_ANSWERS: dict[str, Any] = {
    "redirect": lambda: redirect("/elsewhere/"),
    "forbidden": lambda: HttpResponse("No.", status=403),
    "missing": lambda: get_object_or_404(Column, name="nobody"),
}


@live_view
def cookies(request: HttpRequest) -> HttpResponse:
    return shown(request, LIST.replace("{{ t.title }}", "{{ t.title }} {{ request.COOKIES.theme }}"))


@live_view
def remembering(request: HttpRequest) -> HttpResponse:
    """Writes to the session, sends a message and a cookie, and tells whether it was asked by a visitor."""
    again = bool(getattr(request, "onair_render", False))
    request.session["again"] = again
    messages.info(request, f"again: {again}")
    response = shown(request, "{% live %}{{ tickets.count }} {{ again }}{% endlive %}", again=again)
    response.set_cookie("seen", str(again))
    return response


@live_view
def choosing(request: HttpRequest) -> HttpResponse:
    order = request.GET.get("by", "id")
    content = "<p>" + ",".join(request.GET.getlist("by")) + "</p>" + LIST
    return shown(request, content, tickets=Ticket.objects.order_by(order))


@live_view
def translated(request: HttpRequest) -> HttpResponse:
    content = "{% live %}<i>{{ language }}</i>{{ tickets.count }}{% endlive %}"
    return shown(request, content, language=translation.get_language())


@live_view
def many(request: HttpRequest) -> HttpResponse:
    return shown(
        request, "{% for n in numbers %}{% live %}{{ n }}{% endlive %}{% endfor %}", numbers=range(65)
    )


@live_view
def joint(request: HttpRequest) -> HttpResponse:
    """Two users see different parts of it."""
    return shown(
        request,
        "{% live %}{% if perms.board.view_ticket %}"
        "{% for t in tickets %}<p>{{ t.title }} {{ t.notes }}</p>{% endfor %}"
        "{% else %}{{ tickets.count }}{% endif %}"
        "{% live %}<b>{{ user.username }}</b>{% for t in own %}<p>{{ t.notes }}</p>{% endfor %}{% endlive %}"
        "{% endlive %}",
        own=Ticket.objects.filter(owner=request.user.pk),
    )


@live_view
async def slow(request: HttpRequest) -> HttpResponse:
    user = await request.auser()
    tickets = [ticket async for ticket in Ticket.objects.order_by("id")]
    content = "{% live %}" + LIST.replace("live tickets as t", "for t in tickets").replace(
        "endlive", "endfor"
    )
    return shown(request, content + "{{ staff }}{% endlive %}", tickets=tickets, staff=user.is_staff)


@live_view
def streamed(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(iter(["<p>", str(Ticket.objects.count()), "</p>"]))


@live_view
def told(request: HttpRequest) -> HttpResponse:
    html = template(LIST).render({"tickets": Ticket.objects.all()}, request)
    return JsonResponse({"html": html})


class Whole(RTView):
    """A whole page, in which a template is shown that was rendered before."""

    def get_template_names(self) -> Any:
        return template("<p>{{ part }}</p>{% filter upper %}<i>{{ tickets.first }}</i>{% endfilter %}")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        part = engines["django"].from_string("{% for t in tickets %}<b>{{ t.title }}</b>{% endfor %}")
        tickets = Ticket.objects.order_by("id")
        shown = part.render({"tickets": tickets.all()})
        assert shown.isprintable() or not shown
        return {**super().get_context_data(**kwargs), "part": shown, "tickets": tickets}


@live_view
def late(request: HttpRequest) -> HttpResponse:
    """A page whose template is rendered when the view has ended."""
    tickets = Ticket.objects.order_by("id")
    return TemplateResponse(request, template(LIST), {"tickets": tickets})  # type: ignore[return-value]


class Declared(RTView):
    def live_audience(self) -> str | None:
        return "team"

    def get_template_names(self) -> Any:
        return template(LIST)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"tickets": Ticket.objects.filter(owner=self.request.user.pk)}


urlpatterns = [
    path("onair/", include("onair.urls")),
    path("list/", listed),
    path("raced/", raced),
    path("login/", login_required(listed)),
    path("permitted/", permission_required("board.view_ticket", raise_exception=True)(listed)),
    path("counted/", counted),
    path("fragile/", fragile),
    path("answers/", redirecting),
    path("cookies/", cookies),
    path("remembering/", remembering),
    path("choosing/", choosing),
    path("translated/", translated),
    path("many/", many),
    path("joint/", joint),
    path("slow/", slow),
    path("streamed/", streamed),
    path("told/", told),
    path("whole/", Whole.as_view()),
    path("late/", late),
    path("cached/", cache_page(60)(late)),
    path("declared/", Declared.as_view()),
]
