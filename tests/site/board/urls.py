from __future__ import annotations

from django.urls import include, path

from tests.site.board import views

urlpatterns = [
    path("onair/", include("onair.urls")),
    path("list/", views.ListView.as_view()),
    path("members/", views.MembersView.as_view()),
    path("mine/", views.MineView.as_view()),
    path("staff/", views.StaffView.as_view()),
    path("columns/<int:pk>/", views.ColumnView.as_view()),
    path("whole/", views.WholeView.as_view()),
    path("sample/", views.SampleView.as_view()),
    path("counter/", views.counter),
]
