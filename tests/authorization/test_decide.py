from __future__ import annotations

import asyncio
import json
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.test import RequestFactory, modify_settings
from pytest_django import Settings

from onair.authorization import grants
from onair.authorization.decide import Allowed, Decision, Refused, authorize_channel
from onair.authorization.rules import Rules, authorize
from tests.site.news.models import Article

NOBODY = AnonymousUser()


def member(**fields: Any) -> User:
    return User(**{"pk": 7, "username": "anna", **fields})


def request_of(user: Any) -> HttpRequest:
    request = RequestFactory().post("/onair/auth")
    request.user = user
    return request


def ask(channel: str, user: Any = NOBODY, grant: str | None = None) -> Decision:
    return authorize_channel(request_of(user), channel, grant)


def refused(decision: Decision) -> Refused:
    assert isinstance(decision, Refused)
    return decision


NAMES = [
    ("", 400, "Invalid channel name"),
    ("private-a b", 400, "Invalid channel name"),
    ("private-é", 400, "Invalid channel name"),
    ("private-x\n", 400, "Invalid channel name"),
    ("private-\ud800", 400, "Invalid channel name"),
    ("private-" + "x" * 193, 400, "Invalid channel name"),
    ("#server-to-user-7", 400, "Invalid channel name"),
    ("private-x:y", 400, "Invalid channel name"),
    ("news", 400, "is a public channel"),
    ("privateer", 400, "is a public channel"),
    ("cache-x", 400, "is a public channel"),
    ("private-encrypted-x", 403, "No rule matches"),
    ("private-encrypted-cache-x", 403, "No rule matches"),
    ("private-x", 403, "No rule matches private-x, and there is no grant."),
    ("private-cache-x", 403, "No rule matches"),
    ("presence-x", 403, "No rule matches"),
]


@pytest.mark.parametrize(("channel", "status", "reason"), NAMES)
def test_without_rule_and_grant_every_name_is_refused(channel: str, status: int, reason: str) -> None:
    answer = refused(ask(channel, member()))
    assert answer.status == status
    assert reason in answer.reason
    assert answer.remedy


def test_a_public_channel_is_not_asked_of_a_rule(no_rules: Rules) -> None:
    asked: list[str] = []
    authorize("private-{x}")(lambda request, x: asked.append(x))
    assert refused(ask("privateer-x", member())).status == 400
    assert asked == []


def test_a_live_regions_channel_is_refused_whatever_rule_or_grant_there_is(
    no_rules: Rules, caplog: pytest.LogCaptureFixture
) -> None:
    asked: list[str] = []
    authorize("private-{x}")(lambda request, x: asked.append(x))
    user, channel = member(), "private-onair-live-x"
    answer = refused(authorize_channel(request_of(user), channel, grants.grant(channel, user)))
    assert (answer.status, asked) == (403, [])
    assert "Use another name for channels of your own" in answer.remedy
    assert "private-onair-live-x is the channel of a live region" in caplog.text


@pytest.mark.parametrize("channel", ["private-encrypted-x", "private-encrypted-cache-x"])
def test_an_encrypted_channel_is_decided_like_a_private_one(channel: str) -> None:
    authorize(channel)(lambda request: True)
    assert ask(channel) == Allowed()
    assert ask("private-encrypted-y", grant=grants.grant("private-encrypted-y", NOBODY)) == Allowed()


UNABLE = [
    ({"nacl": None}, {}, 'pip install "django-onair[encrypted]"'),
    ({}, {"ENCRYPTION_MASTER_KEY": "too short"}, "is not 32 bytes in base64"),
]


@pytest.mark.parametrize(("modules", "options", "remedy"), UNABLE)
def test_where_nothing_can_be_encrypted_the_remedy_is_told(
    modules: dict[str, None],
    options: dict[str, str],
    remedy: str,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for module in modules:
        monkeypatch.setitem(sys.modules, module, None)
    settings.ONAIR = options
    authorize("private-encrypted-x")(lambda request: True)
    answer = refused(ask("private-encrypted-x"))
    assert (answer.status, answer.reason) == (403, "private-encrypted-x is an encrypted channel.")
    assert remedy in answer.remedy
    assert remedy in caplog.text


ANSWERS = [
    ("private-x", True, Allowed()),
    ("private-x", {"name": "A"}, Allowed()),
    ("private-x", {}, Allowed()),
    ("presence-x", True, Allowed('{"user_id":"7","user_info":{"name":"anna"}}')),
    ("presence-x", {"name": "A"}, Allowed('{"user_id":"7","user_info":{"name":"A"}}')),
    ("presence-x", {}, Allowed('{"user_id":"7","user_info":{}}')),
]


@pytest.mark.parametrize(("channel", "answer", "wanted"), ANSWERS)
def test_a_rule_that_says_yes_lets_in(channel: str, answer: Any, wanted: Allowed) -> None:
    authorize(channel)(lambda request: answer)
    assert ask(channel, member()) == wanted


def test_the_user_info_of_a_decision_can_be_read() -> None:
    authorize("presence-x")(lambda request: {"name": "A"})
    decision = ask("presence-x", member())
    assert isinstance(decision, Allowed)
    assert decision.user_info == {"name": "A"}
    assert Allowed().user_info is None


@pytest.mark.parametrize("answer", [False, None])
def test_a_rule_that_says_no_is_the_last_word(answer: Any, caplog: pytest.LogCaptureFixture) -> None:
    authorize("private-news.article")(lambda request: answer)
    assert "says no" in refused(ask("private-news.article", member(is_superuser=True))).reason
    assert not caplog.records


@pytest.mark.parametrize("answer", [1, 0, "yes", [], member(), print, Article.objects])
def test_only_true_and_a_dictionary_mean_yes(answer: Any, caplog: pytest.LogCaptureFixture) -> None:
    """A forgotten call, like ``return user.has_perm``, is true to Python and lets nobody in."""
    authorize("private-x")(lambda request: answer)
    for _ in range(2):
        assert "Return True, False or a dictionary" in refused(ask("private-x", member())).remedy
    (record,) = caplog.records
    assert (record.levelname, record.name) == ("ERROR", "onair.authorization")
    assert f"returned a {type(answer).__name__}" in record.message


@pytest.mark.parametrize("refusal", [Http404("no such room"), PermissionDenied("not yours")])
def test_djangos_own_ways_to_say_no_mean_no(refusal: Exception, caplog: pytest.LogCaptureFixture) -> None:
    def rule(request: HttpRequest) -> bool:
        raise refusal

    authorize("private-x")(rule)
    assert "says no" in refused(ask("private-x")).reason
    assert not caplog.records


def test_a_rule_that_raises_is_refused_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    def rule(request: HttpRequest, room_id: str) -> bool:
        return int(room_id) > 0

    authorize("private-room-{room_id}")(rule)
    assert "raised an error" in refused(ask("private-room-x")).reason
    (record,) = caplog.records
    assert record.exc_info
    assert record.exc_info[0] is ValueError
    assert "private-room-x" in record.message


@pytest.mark.parametrize("user_info", [{"x": "x" * 2000}, {"x": object()}])
def test_a_user_info_that_cannot_be_sent_is_refused_and_logged(
    user_info: Any, caplog: pytest.LogCaptureFixture
) -> None:
    authorize("presence-x")(lambda request: user_info)
    assert "the user_info" in refused(ask("presence-x", member())).reason
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_a_name_that_two_rules_match_is_refused_and_both_are_named(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def room(request: HttpRequest, room_id: str) -> bool:
        return True

    def anything(request: HttpRequest, x: str) -> bool:
        return True

    authorize("private-room-{room_id}")(room)
    authorize("private-{x}")(anything)
    for number in range(3):
        answer = refused(ask(f"private-room-{number}"))
    assert answer.status == 403
    (record,) = caplog.records
    assert record.levelname == "ERROR"
    for name in ('"private-room-{room_id}"', '"private-{x}"', ".room", ".anything"):
        assert name in answer.reason
        assert name in record.message
    assert isinstance(ask("private-lobby"), Allowed)


def test_a_rule_gets_the_request_and_what_the_placeholders_stand_for() -> None:
    got = []

    def rule(request: HttpRequest, room_id: str, door: str) -> bool:
        got.append((request, room_id, door))
        return True

    authorize("private-room-{room_id}.{door}")(rule)
    request = request_of(NOBODY)
    authorize_channel(request, "private-room-7.left")
    assert got == [(request, "7", "left")]


USERS = [
    ("private-x", None, True),
    ("private-x", NOBODY, True),
    ("private-x", member(), True),
    ("private-x", member(is_active=False), False),
    ("presence-x", None, False),
    ("presence-x", NOBODY, False),
    ("presence-x", member(), True),
    ("presence-x", member(is_active=False), False),
    ("presence-cache-x", NOBODY, False),
]


@pytest.mark.parametrize(("channel", "user", "allowed"), USERS)
def test_the_inactive_join_nothing_and_the_anonymous_no_presence(
    channel: str, user: Any, allowed: bool
) -> None:
    authorize(channel)(lambda request: True)
    grant = grants.grant(channel, user)
    assert isinstance(ask(channel, user), Allowed) is allowed
    assert isinstance(ask(channel, user, grant), Allowed) is allowed


def test_a_site_without_middleware_for_users_is_told_what_presence_needs() -> None:
    answer = refused(authorize_channel(RequestFactory().post("/onair/auth"), "presence-x"))
    assert "AuthenticationMiddleware" in answer.remedy


@pytest.mark.parametrize("user", [NOBODY, member()])
def test_a_grant_lets_in_without_a_rule(user: Any) -> None:
    channel = "private-article_7"
    assert ask(channel, user, grants.grant(channel, user)) == Allowed()


def test_a_grant_of_a_presence_channel_gives_a_name() -> None:
    channel = "presence-news.article.7"
    decision = ask(channel, member(), grants.grant(channel, member()))
    assert isinstance(decision, Allowed)
    assert decision.user_info == {"name": "anna"}


def test_a_grant_of_another_user_is_refused_with_the_remedy() -> None:
    answer = refused(ask("private-x", member(), grants.grant("private-x", NOBODY)))
    assert "The grant is not of private-x to this user, or too old" in answer.reason
    assert answer.remedy.startswith("Reload the page.")


def test_a_bad_grant_does_not_stand_in_the_way_of_a_rule() -> None:
    authorize("private-x")(lambda request: True)
    assert ask("private-x", NOBODY, "nonsense") == Allowed()


@pytest.mark.parametrize("channel", ["private-news.article", "private-news.article.7", "private-article_7"])
def test_a_models_channel_follows_the_view_permission(channel: str, db: None) -> None:
    assert ask(channel, member(is_superuser=True)) == Allowed()
    answer = refused(ask(channel, member()))
    assert "news.view_article" in answer.remedy


def test_a_models_presence_channel_follows_the_view_permission() -> None:
    decision = ask("presence-news.article.7", member(is_superuser=True))
    assert decision == Allowed('{"user_id":"7","user_info":{"name":"anna"}}')


def test_a_name_that_two_models_share_is_refused_and_both_are_named() -> None:
    with modify_settings(INSTALLED_APPS={"append": "tests.site.rooms"}):
        answer = refused(ask("private-article_7", member(is_superuser=True)))
        assert isinstance(ask("private-rooms.article.7", member(is_superuser=True)), Allowed)
    assert "news.article.7 or rooms.article.7" in answer.reason
    assert "names the app" in answer.remedy


def test_a_permission_backend_that_raises_is_refused_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    def has_perm(permission: str, instance: object = None) -> bool:
        raise OSError("the directory is down")

    user = SimpleNamespace(pk=1, is_authenticated=True, is_active=True, has_perm=has_perm)
    assert "failed" in refused(ask("private-news.article", user)).reason
    (record,) = caplog.records
    assert record.exc_info
    assert record.exc_info[0] is OSError


def test_what_lacks_a_rule_is_logged_once_for_its_pattern_with_the_rule(
    caplog: pytest.LogCaptureFixture,
) -> None:
    for number in range(5):
        ask(f"private-room-{number}")
    ask("private-lobby")
    first, second = caplog.records
    assert (first.levelname, first.name) == ("WARNING", "onair.authorization")
    assert '@onair.authorize("private-room-{room_id}")\ndef room(request, room_id):' in first.message
    assert '@onair.authorize("private-lobby")' in second.message


async def slow_yes(request: HttpRequest) -> dict[str, int]:
    await asyncio.sleep(0)
    return {"loop": id(asyncio.get_running_loop())}


async def slow_failure(request: HttpRequest) -> bool:
    raise ValueError("no")


def test_an_async_rule_is_awaited_for_a_sync_caller() -> None:
    authorize("presence-x")(slow_yes)
    assert isinstance(ask("presence-x", member()), Allowed)


def test_an_async_rule_that_raises_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    authorize("private-x")(slow_failure)
    assert "raised an error" in refused(ask("private-x")).reason
    assert len(caplog.records) == 1


def test_an_async_rule_runs_on_the_loop_of_an_async_caller() -> None:
    authorize("presence-x")(slow_yes)

    async def main() -> tuple[Decision, int]:
        decision = await sync_to_async(authorize_channel)(request_of(member()), "presence-x")
        return decision, id(asyncio.get_running_loop())

    decision, loop = async_to_sync(main)()
    assert isinstance(decision, Allowed)
    assert decision.user_info == {"loop": loop}


def test_a_function_behind_a_plain_wrapper_may_be_async() -> None:
    authorize("private-x")(lambda request: slow_yes(request))
    assert ask("private-x") == Allowed()


def test_the_channel_data_is_json() -> None:
    authorize("presence-x")(lambda request: {"name": '"A"'})
    decision = ask("presence-x", member(pk=8))
    assert isinstance(decision, Allowed)
    assert decision.channel_data is not None
    assert json.loads(decision.channel_data) == {"user_id": "8", "user_info": {"name": '"A"'}}
