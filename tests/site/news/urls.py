from __future__ import annotations

from django.urls import path

from tests.site.news import views

urlpatterns = [
    path("", views.ArticleList.as_view()),
    path("new/", views.ArticleCreate.as_view()),
    path("<int:pk>/", views.ArticleDetail.as_view()),
    path("<int:pk>/edit/", views.ArticleUpdate.as_view()),
    path("<int:pk>/delete/", views.ArticleDelete.as_view()),
    path("<int:pk>/private/", views.PrivateArticle.as_view()),
    path("<int:pk>/blog/", views.ArticleOfTheBlog.as_view()),
    path("<int:pk>/comment/", views.ArticleComment.as_view(template_name="news/article_form.html")),
    path("<int:pk>/remove/", views.ArticleRemoval.as_view()),
    path("<int:pk>/reply/", views.PlainPage.as_view()),
    path("<int:pk>/reply/<int:status>/", views.PlainPage.as_view()),
    path("<int:pk>/async/", views.AsyncPage.as_view()),
    path("<int:pk>/async-removal/", views.AsyncRemoval.as_view()),
    path("<int:pk>/nameless/", views.Nameless.as_view(template_name="news/article_detail.html")),
    path("reports/<uuid:pk>/edit/", views.ReportUpdate.as_view(template_name="news/article_form.html")),
    path("reports/<uuid:pk>/delete/", views.ReportDelete.as_view()),
]
