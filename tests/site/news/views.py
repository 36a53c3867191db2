"""Pages as a project writes them, with the access mixins."""

from __future__ import annotations

from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views import View
from django.views.generic import CreateView, DeleteView, DetailView, FormView, ListView, UpdateView
from django.views.generic.detail import BaseDetailView
from django.views.generic.edit import DeletionMixin

from onair.views import PusherDeleteMixin, PusherDetailMixin, PusherMixin, PusherUpdateMixin
from tests.site.news.forms import CommentForm
from tests.site.news.models import Article, Report


class ArticleList(ListView):
    model = Article


class ArticleDetail(PusherDetailMixin, DetailView):
    model = Article


class ArticleUpdate(PusherUpdateMixin, UpdateView):
    model = Article
    fields = ("title", "body")
    success_url = "/"


class ArticleDelete(PusherDeleteMixin, DeleteView):
    model = Article
    success_url = "/"


class ArticleCreate(PusherUpdateMixin, CreateView):
    model = Article
    fields = ("title",)
    success_url = "/"


class PrivateArticle(LoginRequiredMixin, PusherDetailMixin, DetailView):
    model = Article
    pusher_private = True


class ArticleOfTheBlog(PusherMixin, UpdateView):
    """The generic mixin in front of a form, as the blog post has it."""

    model = Article
    fields = ("title",)
    pusher_event_name = "update"
    success_url = "/"


class ArticleComment(PusherMixin, DetailView, FormView):
    """A form about an object, that saves something else."""

    model = Article
    form_class = CommentForm
    pusher_event_name = "comment"
    success_url = "/"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        form = self.get_form()
        return self.form_valid(form) if form.is_valid() else self.form_invalid(form)


class ArticleRemoval(PusherMixin, DeletionMixin, BaseDetailView):
    """A deletion without a form."""

    model = Article
    pusher_event_name = "asked"
    success_url = "/"

    def render_to_response(self, context: dict[str, Any]) -> HttpResponse:
        return HttpResponse("Delete it?")


class PlainPage(PusherMixin, View):
    """A view that does everything itself, and answers as it is asked to."""

    pusher_event_name = "reply"
    object: Article

    def get(self, request: HttpRequest, pk: int, status: int = 200) -> HttpResponse:
        self.object = get_object_or_404(Article, pk=pk)
        return HttpResponse(status=status)

    def post(self, request: HttpRequest, pk: int, status: int = 200) -> HttpResponse:
        self.object = get_object_or_404(Article, pk=pk)
        self.object.save()
        return HttpResponse(status=status)


class AsyncPage(PusherMixin, View):
    pusher_event_name = "view"
    object: Article

    async def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.object = await sync_to_async(get_object_or_404)(Article, pk=pk)
        return HttpResponse("async")


class AsyncRemoval(PusherDeleteMixin, View):
    """The deleting mixin in front of a view that is asynchronous, and deletes nothing."""

    object: Article

    async def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.object = await Article.objects.aget(pk=pk)
        return HttpResponse("Delete it?")


class Nameless(PusherMixin, DetailView):
    model = Article


class ReportUpdate(PusherUpdateMixin, UpdateView):
    model = Report
    fields = ("title", "tags")
    success_url = "/"


class ReportDelete(PusherDeleteMixin, DeleteView):
    model = Report
    success_url = "/"
