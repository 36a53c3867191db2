"""Live pages of all kinds."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin, PermissionRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.generic import DetailView, TemplateView

from onair.live import RTMixin, RTView, live_view
from tests.site.board.models import Column, Entry, Ticket


class ListView(RTMixin, TemplateView):
    template_name = "board/list.html"
    extra_context = {"tickets": Ticket.objects.filter(is_open=True).order_by("-id")}  # noqa: RUF012


class MembersView(LoginRequiredMixin, ListView):
    """The same for who has logged in."""


class MineView(LoginRequiredMixin, RTMixin, TemplateView):
    template_name = "board/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        tickets = Ticket.objects.filter(owner=self.request.user).order_by("id")
        return super().get_context_data(**kwargs) | {"tickets": tickets}


class StaffView(PermissionRequiredMixin, ListView):
    permission_required = "board.view_ticket"


class ColumnView(RTMixin, DetailView):  # type: ignore[type-arg]
    model = Column
    template_name = "board/column.html"


class WholeView(RTView):
    template_name = "board/whole.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["tickets"] = Ticket.objects.order_by("id")
        return context


class SampleView(RTView):
    """django_rt's own sample: it does not return its context."""

    template_name = "board/example.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # type: ignore[return]
        context = super(SampleView, self).get_context_data(**kwargs)  # noqa: UP008 (as it is printed)
        context["entries"] = Entry.objects.all()


@live_view
def counter(request: HttpRequest) -> HttpResponse:
    return render(request, "board/counter.html", {"tickets": Ticket.objects.filter(is_open=True)})
