from __future__ import annotations

from django.urls import path

from . import views

app_name = "articles"

urlpatterns = [
    path("", views.ArticleList.as_view(), name="list"),
    path("articles/<int:pk>/", views.ArticleDetail.as_view(), name="detail"),
    path("articles/<int:pk>/edit/", views.ArticleUpdate.as_view(), name="edit"),
    path("articles/<int:pk>/delete/", views.ArticleDelete.as_view(), name="delete"),
    path("wire/", views.Wire.as_view(), name="wire"),
    path("wire/note/", views.SendNote.as_view(), name="note"),
]
