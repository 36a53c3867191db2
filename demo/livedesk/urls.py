from __future__ import annotations

from django.urls import path

from . import views

app_name = "livedesk"

urlpatterns = [
    path("", views.FirstDesk.as_view(), name="first"),
    path("<slug:board>/", views.Desk.as_view(), name="desk"),
    path("<slug:board>/tidy-up/", views.TidyUp.as_view(), name="tidy-up"),
    path("<slug:board>/write/<slug:way>/", views.Write.as_view(), name="write"),
]
