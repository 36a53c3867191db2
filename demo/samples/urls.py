from __future__ import annotations

from django.urls import path

from . import views

app_name = "samples"

urlpatterns = [
    path("strings/", views.ExampleView.as_view(), name="strings"),
    path("entries/", views.ModelExampleView.as_view(), name="entries"),
]
