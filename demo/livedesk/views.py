"""The live desk: what is in the database, and buttons that write there in eight ways."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin, PermissionRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import redirect
from django.urls import reverse
from django.views.generic import RedirectView, TemplateView, View

import onair

from .boards import BOARDS, Board
from .ways import BUTTONS


class BoardMixin(LoginRequiredMixin):
    """A view of one board, which the address names."""

    board: Board

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if kwargs["board"] not in BOARDS:
            raise Http404("There is no such board.")
        self.board = BOARDS[kwargs["board"]]


class FirstDesk(RedirectView):
    pattern_name = "livedesk:desk"

    def get_redirect_url(self, *args: Any, **kwargs: Any) -> str:
        return reverse(self.pattern_name, args=[next(iter(BOARDS))])


class Desk(BoardMixin, TemplateView):
    """The rows, the buttons, and an empty list of events, which ``live.js`` fills.

    Everybody may open it. Who may not view the model sees no rows here, and gets no events: the channel asks
    for the same permission.
    """

    template_name = "livedesk/desk.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        board, user = self.board, self.request.user
        may_view = user.has_perm(board.permission("view"))
        return super().get_context_data(**kwargs) | {
            "board": board,
            "boards": BOARDS.values(),
            "rows": board.serializer(board.rows(), many=True).data if may_view else [],
            "may_view": may_view,
            "may_write": user.has_perm(board.permission("change")),
            "example": json.dumps(board.passing),
            "buttons": [
                {"way": button.way, "label": button.label, "code": button.shown(board)}
                | {"silence": button.silence(board)}
                for button in BUTTONS.values()
            ],
        }


class MayWriteMixin(BoardMixin, PermissionRequiredMixin):
    http_method_names = ["post"]

    def get_permission_required(self) -> list[str]:
        return [self.board.permission(action) for action in ("add", "change", "delete")]

    def handle_no_permission(self) -> HttpResponse:
        if self.request.user.is_authenticated:
            return HttpResponseForbidden("You may not write here.", content_type="text/plain")
        return super().handle_no_permission()

    def back(self, said: str) -> HttpResponse:
        messages.info(self.request, said)
        return redirect("livedesk:desk", self.board.slug)


class Write(MayWriteMixin, View):
    """Writes in one of the eight ways.

    What it publishes by hand says who has pressed which button, and when the writing is over, so that each
    page can tell what came of it. The events of the rows themselves come without its doing.
    """

    def post(self, request: HttpRequest, board: str, way: str) -> HttpResponse:
        if way not in BUTTONS:
            raise Http404("There is no such way to write.")
        pressed = {"way": way, "by": request.user.first_name}
        onair.publish(self.board.channel, "desk.pressed", pressed)
        BUTTONS[way].write(self.board, request)
        onair.publish(self.board.channel, "desk.written", pressed)
        return self.back(f"{BUTTONS[way].label}: done.")


class TidyUp(MayWriteMixin, View):
    """Takes away what the buttons have added, in one statement."""

    def post(self, request: HttpRequest, board: str) -> HttpResponse:
        self.board.model.objects.filter(**self.board.passing).delete()
        return self.back("Tidied up.")
