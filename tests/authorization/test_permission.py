from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser, Permission, User
from django.contrib.sessions.models import Session
from django.utils import timezone
from pytest_django import Settings

from onair.authorization.permission import find_object, may_view, view_permission
from onair.model_channels import ModelChannel, channel_of, read
from tests.site.news.models import Article

pytestmark = pytest.mark.django_db


class AuthorsBackend:
    """Lets authors view their own articles, and nobody any other."""

    def get_user(self, user_id: int) -> None:
        return None

    def authenticate(self, request: object) -> None:
        return None

    def has_perm(self, user: User, permission: str, instance: object = None) -> bool:
        return permission == "news.view_article" and isinstance(instance, Article) and instance.author == user


@pytest.fixture
def anna(settings: Settings) -> User:
    settings.AUTHENTICATION_BACKENDS = [
        "django.contrib.auth.backends.ModelBackend",
        f"{__name__}.AuthorsBackend",
    ]
    return User.objects.create(username="anna")


def test_the_permission_is_named_as_django_names_it() -> None:
    assert view_permission(Article) == "news.view_article"


def test_who_may_view_all_of_a_model_may_follow_all_of_it(anna: User) -> None:
    anna.user_permissions.add(Permission.objects.get(codename="view_article"))
    assert may_view(anna, ModelChannel(Article))
    assert may_view(anna, ModelChannel(Article, "7"))
    assert not may_view(anna, ModelChannel(User))


def test_another_permission_does_not_do(anna: User) -> None:
    anna.user_permissions.add(Permission.objects.get(codename="change_article"))
    assert not may_view(anna, ModelChannel(Article))


def test_who_may_view_one_object_may_follow_that_object_alone(anna: User) -> None:
    own = Article.objects.create(title="Own", author=anna)
    other = Article.objects.create(title="Other")
    assert may_view(anna, ModelChannel(Article, str(own.pk)))
    assert not may_view(anna, ModelChannel(Article, str(other.pk)))
    assert not may_view(anna, ModelChannel(Article))


def test_an_object_has_one_key(anna: User) -> None:
    own = Article.objects.create(title="Own", author=anna)
    assert not may_view(anna, ModelChannel(Article, f"0{own.pk}"))
    assert not may_view(anna, ModelChannel(Article, f" {own.pk}"))


@pytest.mark.parametrize("key", ["999", "x", "1.5", "", "\0", "9" * 190, "-1", "None", "(1, 2)", "é"])
def test_a_key_of_no_object_is_refused(anna: User, key: str) -> None:
    assert find_object(ModelChannel(Article, key)) is None
    assert not may_view(anna, ModelChannel(Article, key))


def test_an_object_whose_key_is_escaped_is_found() -> None:
    session = Session.objects.create(session_key="a b/é", expire_date=timezone.now())
    (channel,) = read(channel_of(session))
    assert find_object(channel) == session


@pytest.mark.parametrize("user", [None, AnonymousUser(), SimpleNamespace(pk=1)])
def test_nobody_may_view_anything(user: object) -> None:
    assert not may_view(user, ModelChannel(Article))
