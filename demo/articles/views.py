"""Django's generic views, each made live by the mixin in front of it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.views.generic import CreateView, DeleteView, DetailView, FormView, ListView, UpdateView

import onair
from onair.views import PusherDeleteMixin, PusherDetailMixin, PusherUpdateMixin

from .forms import NoteForm
from .models import Article, Dispatch


class NewsroomMixin(LoginRequiredMixin):
    """What the newsroom's pages have in common: signed-in readers, and channels for them alone."""

    model = Article
    # Events travel on private-article_7, which only readers of a page that shows article 7 may join.
    pusher_private = True
    # What an event tells of the article. Without this it is every editable field, the whole text included.
    pusher_include_model_fields = ["id", "title", "standfirst"]


class ArticleList(NewsroomMixin, ListView):
    """The front page. It sends nothing; its template listens to every article on it."""

    queryset = Article.objects.select_related("author")


class ArticleDetail(NewsroomMixin, PusherDetailMixin, DetailView):
    """Sends "view" when somebody opens the article."""


class ArticleUpdate(NewsroomMixin, PusherUpdateMixin, UpdateView):
    """Sends "update" when somebody opens the form, and "updated" when the article is saved."""

    fields = ["title", "standfirst", "body"]


class ArticleDelete(NewsroomMixin, PusherDeleteMixin, DeleteView):
    """Sends "delete" when somebody opens this page, and "deleted" when the article is gone."""

    success_url = reverse_lazy("articles:list")


class Wire(LoginRequiredMixin, CreateView):
    """The agency wire: what was sent last, and a line to send more."""

    model = Dispatch
    fields = ["text"]
    template_name = "articles/wire.html"
    success_url = reverse_lazy("articles:wire")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        dispatches = Dispatch.objects.select_related("author")[:30]
        return super().get_context_data(
            dispatches=dispatches, note_form=NoteForm(self.request.user), **kwargs
        )

    def form_valid(self, form: Any) -> HttpResponse:
        form.instance.author = self.request.user
        response = super().form_valid(form)
        onair.publish("private-wire", "dispatch", self.object.as_event())
        return response


class SendNote(LoginRequiredMixin, FormView):
    """A note to one journalist, on whatever page that one is. Nobody keeps it."""

    form_class = NoteForm
    http_method_names = ["post"]
    success_url = reverse_lazy("articles:wire")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"sender": self.request.user}

    def form_valid(self, form: NoteForm) -> HttpResponse:
        note = {"text": form.cleaned_data["text"], "sender": self.request.user.first_name}
        onair.publish(f"#server-to-user-{form.cleaned_data['to'].pk}", "note", note)
        return super().form_valid(form)

    def form_invalid(self, form: NoteForm) -> HttpResponse:
        return HttpResponse("Say to whom, and what.", status=400, content_type="text/plain")
