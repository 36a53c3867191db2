"""The plain pages. Nothing of live pages is imported by them."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.urls import path
from django.views.generic import TemplateView

from benchmarks.live.models import Ticket


class PlainView(TemplateView):
    template_name = "plain.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        tickets = Ticket.objects.select_related("lane").order_by("pk")
        return super().get_context_data(**kwargs) | {"tickets": tickets}


class PlainMembersView(LoginRequiredMixin, PlainView):
    """The same for who has logged in."""


urlpatterns = [
    path("plain/", PlainView.as_view()),
    path("plain/members/", PlainMembersView.as_view()),
]
