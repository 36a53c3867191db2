from __future__ import annotations

from django.views.generic import DetailView

from pusherable.example.models import PusherableExample
from pusherable.mixins import PusherDetailMixin


class PusherableExampleDetail(PusherDetailMixin, DetailView):  # type: ignore[type-arg]
    """Say ``view`` to everybody who has the same page open."""

    model = PusherableExample
    template_name = "example.html"
