"""Live pages whose handlers write to the database that the pages follow."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import path

from onair.live import RTDetailView, RTResponse
from onair.live.events.declaring import Handler
from tests.site.news.models import Article


class TitleForm(forms.ModelForm):  # type: ignore[type-arg]  # not at run time
    class Meta:
        model = Article
        fields = ("title",)


class ArticleView(RTDetailView):
    model = Article
    template_name = "article.html"

    @RTDetailView.event("submit", "#rename", form=TitleForm)
    def rename(self, request: HttpRequest, form: TitleForm) -> RTResponse:
        form.save()
        return RTResponse.toast("Renamed.")

    @RTDetailView.event("click", "#shout")
    def shout(self, request: HttpRequest) -> None:
        Article.objects.filter(pk=self.kwargs["pk"]).update(title="SHOUTED")

    def get_event_form_kwargs(self, handler: Handler) -> dict[str, Any]:
        return {"instance": self.get_object()}


urlpatterns = [path("<int:pk>/", ArticleView.as_view())]

TEMPLATE = """{% load onair %}<!doctype html><html><head><title>An article</title></head><body>
<h1>{% live %}{{ article.title }}{% endlive %}</h1>
<form id="rename" method="post">{% csrf_token %}{{ form }}<button>Rename</button></form>
<button id="shout">Shout</button></body></html>"""
