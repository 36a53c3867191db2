"""The board: an ordinary detail view with RTMixin in front, and what its forms do."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin, PermissionRequiredMixin
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.generic import TemplateView

from onair.live import RTDetailView, RTMixin, RTResponse

from . import crowd
from .forms import BulletinForm, CrowdForm, FilterForm, ForgetForm, MoveForm, ReminderForm, TicketForm
from .models import Board, Bulletin, Ticket


def require(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied(f"That takes the permission {permission}.")


class BoardView(LoginRequiredMixin, PermissionRequiredMixin, RTDetailView):
    """One page for all, of which each sees what she may.

    The columns are rendered once for those with the permission to see the restricted ones, and once for all
    others: has_perm() is all that is asked of the user. Reminders are asked for in the template, inside
    their region, so that they alone are rendered for each user.
    """

    model = Board
    permission_required = "board.view_ticket"

    def handle_no_permission(self) -> HttpResponse:
        if self.request.user.is_authenticated:
            return render(self.request, "403.html", status=403)
        return super().handle_no_permission()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = FilterForm(self.request.GET)
        visible = Ticket.objects.visible_to(self.request.user).filter(column__board=self.object)
        tickets = shown.apply(visible).select_related("assignee")
        columns = self.object.columns.visible_to(self.request.user).prefetch_related(
            Prefetch("tickets", tickets)
        )
        return super().get_context_data(**kwargs) | {
            "filter": shown,
            "columns": columns,
            "tickets": tickets,
        }

    def get_event_form_kwargs(self, handler: Any) -> dict[str, Any]:
        return {"user": self.request.user, "auto_id": f"{handler.method}_%s"}

    @RTMixin.event("submit", ".move", form=MoveForm)
    def move(self, request: HttpRequest, form: MoveForm) -> RTResponse:
        require(request, "board.change_ticket")
        ticket = form.move()
        return RTResponse("#said", f"“{ticket}” is in {ticket.column} now.")

    @RTMixin.event("submit", "#add", form=TicketForm)
    def add(self, request: HttpRequest, form: TicketForm) -> RTResponse:
        require(request, "board.add_ticket")
        ticket = form.put_on(self.get_object())
        return RTResponse("#said", f"“{ticket}” is in {ticket.column}.").reset("#add").focus("#add_title")

    @RTMixin.event("submit", "#remind", form=ReminderForm)
    def remind(self, request: HttpRequest, form: ReminderForm) -> RTResponse:
        form.save()
        return RTResponse.reset("#remind").focus("#remind_text")

    @RTMixin.event("submit", ".forget", form=ForgetForm)
    def forget(self, request: HttpRequest, form: ForgetForm) -> RTResponse:
        form.cleaned_data["reminder"].delete()
        return RTResponse.focus("#remind_text")


class CrowdView(RTMixin, TemplateView):
    """A list that everybody may read, and a crowd that does.

    Its region asks nothing of its visitor: who has signed in and who has not share one rendering.
    """

    template_name = "board/crowd.html"
    extra_context = {"bulletins": Bulletin.objects.all()[:8]}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"figures": crowd.figures(), "channel": crowd.CHANNEL}

    @RTMixin.event("submit", "#gather", form=CrowdForm)
    def gather(self, request: HttpRequest, form: CrowdForm) -> RTResponse:
        require(request, "board.add_bulletin")
        if not crowd.can_be_measured():
            return RTResponse("#said", "The sockets are in another process. Use runserver, which has both.")
        size = form.cleaned_data["size"]
        crowd.gather(request.build_absolute_uri(request.path), size)
        return RTResponse("#said", f"{size} readers are on their way.")

    @RTMixin.event("submit", "#tell", form=BulletinForm)
    def tell(self, request: HttpRequest, form: BulletinForm) -> RTResponse:
        require(request, "board.add_bulletin")
        crowd.tell(form.save)
        return RTResponse.reset("#tell")

    @RTMixin.event("submit", "#dismiss")
    def dismiss(self, request: HttpRequest) -> RTResponse:
        require(request, "board.add_bulletin")
        crowd.dismiss()
        return RTResponse("#said", "They have gone home.")
