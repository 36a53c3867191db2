"""The samples of django_rt's document, as they are printed, in the spelling of Python 3."""

# ruff: noqa: UP008
from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import path

from django_rt.views import RTResponse, RTView
from tests.site.news.models import Article


class ExampleView(RTView):
    template_name = "example.html"

    def get_context_data(self, **kwargs: Any) -> Any:
        context = super(ExampleView, self).get_context_data(**kwargs)
        context["entries"] = ["a", "b", "c"]

    # instance method of your view
    @RTView.event("click", "#mybutton")
    def mybutton_click(self, request: HttpRequest, gathered: str = "#myinput") -> RTResponse:
        return RTResponse("#result", "Result: " + gathered)


class ModelExampleView(RTView):
    template_name = "example.html"

    def get_context_data(self, **kwargs: Any) -> Any:
        context = super(ModelExampleView, self).get_context_data(**kwargs)
        context["entries"] = Article.objects.all()


urlpatterns = [path("example/", ExampleView.as_view()), path("model-example/", ModelExampleView.as_view())]

#: ``example.html``.
TEMPLATE = """<!doctype html>
<html>
	<head><title>Example</title></head>
	<body>
		<ul>
		{% for entry in entries %}
			<li>{{entry}}</li>
		{% endfor %}
		</ul>
		<input type="text" id="myinput">
		<button id="mybutton">Click</button>
		<div id="result"></div>
	</body>
</html>
"""
