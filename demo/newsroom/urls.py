from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.templatetags.static import static
from django.urls import include, path
from django.views.generic import RedirectView

from .api import router

urlpatterns = [
    path("", include("articles.urls")),
    path("desk/", include("livedesk.urls")),
    path("board/", include("board.urls")),
    path("samples/", include("samples.urls")),
    path("api/", include(router.urls)),
    path("admin/", admin.site.urls),
    path("favicon.ico", RedirectView.as_view(url=static("articles/icon.svg"))),
    path(
        "onair/", include("onair.urls")
    ),  # ← the second edit: where browsers ask which channels they may join
    path("sign-in/", LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("sign-out/", LogoutView.as_view(), name="logout"),
]
