"""Django's generic views, each made live by the mixin in front of it."""

from __future__ import annotations

from django.contrib.auth.mixins import LoginRequiredMixin
from django.urls import reverse_lazy
from django.views.generic import DeleteView, DetailView, ListView, UpdateView

from onair.views import PusherDeleteMixin, PusherDetailMixin, PusherUpdateMixin

from .models import Article


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
