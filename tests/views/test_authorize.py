from __future__ import annotations

import asyncio
import io
import json
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pusher
import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import User
from django.db import connection, connections
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.test import AsyncClient, Client, RequestFactory
from django.urls import reverse
from pytest_django import Settings

from onair import conf
from onair.authorization import decide, grants
from onair.authorization.refusal_log import RefusalLog
from onair.authorization.rules import authorize, rules
from onair.protocol.errors import InvalidSignature
from onair.protocol.signing import verify_channel

URL = "/onair/auth"
SOCKET = "123.456"
ORIGIN = "http://testserver"


@pytest.fixture(autouse=True)
def only_these_rules(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whoever asks may join the open channels and no closed one."""
    monkeypatch.setattr(decide, "refusals", RefusalLog())
    with rules.set_aside():
        authorize("private-open-{x}")(open_to_all)
        authorize("presence-open-{x}")(open_to_all)
        authorize("private-closed-{x}")(closed)
        authorize("private-broken-{x}")(broken)
        yield


def open_to_all(request: HttpRequest, x: str) -> bool:
    return True


def open_to_visitors(request: HttpRequest) -> bool:
    return True


def closed(request: HttpRequest, x: str) -> bool:
    return False


def broken(request: HttpRequest, x: str) -> bool:
    raise LookupError(x)


@pytest.fixture
def client() -> Client:
    """A browser on one of the site's own pages."""
    return Client(enforce_csrf_checks=True, headers={"origin": ORIGIN})


@pytest.fixture
def anna(db: None) -> User:
    return User.objects.create_user("anna", "anna@example.com", "secret")


def ask(client: Client, channel: str, socket_id: str = SOCKET, **fields: str) -> Any:
    return client.post(URL, {"socket_id": socket_id, "channel_name": channel, **fields})


def ask_many(client: Client, *channels: Any, socket_id: Any = SOCKET) -> Any:
    wanted = [{"name": channel} if isinstance(channel, str) else channel for channel in channels]
    return client.post(
        URL, {"socket_id": socket_id, "channels": wanted}, content_type="application/json; charset=utf-8"
    )


# One channel -------------------------------------------------------------------------------------------


def test_the_endpoint_has_a_name() -> None:
    assert reverse("onair:auth") == URL


def test_one_channel_is_signed(client: Client) -> None:
    response = ask(client, "private-open-1")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert list(response.json()) == ["auth"]
    verify_channel(conf.app(), response.json()["auth"], SOCKET, "private-open-1")
    with pytest.raises(InvalidSignature):
        verify_channel(conf.app(), response.json()["auth"], "123.457", "private-open-1")


def test_one_channel_may_be_asked_for_by_json(client: Client) -> None:
    fields = {"socket_id": SOCKET, "channel_name": "private-open-1"}
    by_json = client.post(URL, fields, content_type="application/json")
    assert by_json.status_code == 200
    assert by_json.json() == ask(client, "private-open-1").json()


def test_a_presence_channel_is_signed_with_its_member(client: Client, anna: User) -> None:
    client.force_login(anna)
    answer = ask(client, "presence-open-1").json()
    assert json.loads(answer["channel_data"]) == {"user_id": str(anna.pk), "user_info": {"name": "anna"}}
    verify_channel(conf.app(), answer["auth"], SOCKET, "presence-open-1", answer["channel_data"])


ENCRYPTED = ["private-encrypted-x", "private-encrypted-cache-x"]


@pytest.mark.parametrize("channel", ENCRYPTED)
def test_an_encrypted_channel_comes_with_its_key(client: Client, channel: str, settings: Settings) -> None:
    master_key = b64encode(b"m" * 32).decode()
    settings.ONAIR = {"URL": "pusher://key:secret@eu/123", "ENCRYPTION_MASTER_KEY": master_key}
    authorize(channel)(open_to_visitors)
    answer = ask(client, channel).json()
    official = pusher.Pusher("123", "key", "secret", encryption_master_key_base64=master_key)
    # The library leaves the key as bytes, which no JSON can have.
    theirs = official.authenticate(channel, SOCKET)
    assert answer == theirs | {"shared_secret": theirs["shared_secret"].decode()}
    assert ask_many(client, channel).json() == {"channels": {channel: answer}}


def test_a_refusal_gives_no_key_away(client: Client) -> None:
    assert list(ask(client, ENCRYPTED[0]).json()) == ["error"]


def test_the_member_never_shows_the_address(client: Client, db: None) -> None:
    client.force_login(User.objects.create_user("ben@example.com", "ben@example.com"))
    assert "example.com" not in ask(client, "presence-open-1").content.decode()


def test_the_answer_is_that_of_the_official_library(client: Client, anna: User, settings: Settings) -> None:
    """The library signs its own JSON of the same data, so that the signed text is compared by its parts."""
    settings.ONAIR = {"URL": "pusher://key:secret@eu/123"}
    official = pusher.Pusher("123", "key", "secret")
    assert ask(client, "private-open-1").json() == official.authenticate("private-open-1", SOCKET)
    client.force_login(anna)
    ours = ask(client, "presence-open-1").json()
    theirs = official.authenticate("presence-open-1", SOCKET, json.loads(ours["channel_data"]))
    assert json.loads(ours["channel_data"]) == json.loads(theirs["channel_data"])
    verify_channel(conf.app(), theirs["auth"], SOCKET, "presence-open-1", theirs["channel_data"])
    verify_channel(conf.app(), ours["auth"], SOCKET, "presence-open-1", ours["channel_data"])


def test_signatures_are_those_of_the_new_key_when_the_secret_key_rotates(
    client: Client, settings: Settings
) -> None:
    old = ask(client, "private-open-1").json()["auth"]
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new secret", [settings.SECRET_KEY]
    new = ask(client, "private-open-1").json()["auth"]
    assert new != old
    assert new.startswith(f"{conf.app().key}:")
    for auth in (old, new):
        verify_channel(conf.app(), auth, SOCKET, "private-open-1")


def test_a_grant_is_honoured(client: Client, anna: User) -> None:
    client.force_login(anna)
    grant = grants.grant("private-article_7", anna)
    assert ask(client, "private-article_7", grant=grant).status_code == 200
    assert ask(client, "private-article_8", grant=grant).status_code == 403
    client.logout()
    assert ask(client, "private-article_7", grant=grant).status_code == 403


REFUSED = [
    ("private-closed-1", 403),
    ("private-broken-1", 403),
    ("private-none-1", 403),
    ("presence-open-1", 403),
    ("open-1", 400),
    ("private-open 1", 400),
    ("private-open-1:x", 400),
]


@pytest.mark.parametrize(("channel", "status"), REFUSED)
def test_a_refusal_is_json_and_signs_nothing(client: Client, channel: str, status: int) -> None:
    response = ask(client, channel)
    assert response.status_code == status
    assert list(response.json()) == ["error"]
    assert response.headers["Cache-Control"] == "no-store"


def test_a_refusal_shows_the_rule_to_write_to_the_developer_alone(
    client: Client, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    rule = '@onair.authorize("private-none-{none_id}")'
    assert ask(client, "private-none-1").json() == {"error": "You may not join private-none-1."}
    assert rule in caplog.text
    settings.DEBUG = True
    assert rule in ask(client, "private-none-1").json()["error"]


@pytest.mark.parametrize("channel", ["private-closed-1", "private-broken-1", "private-none-1"])
def test_a_refusal_tells_strangers_nothing_of_the_rules(client: Client, channel: str) -> None:
    assert ask(client, channel).json() == {"error": f"You may not join {channel}."}


# Many channels -----------------------------------------------------------------------------------------


def test_many_channels_are_answered_each_for_itself(client: Client, anna: User) -> None:
    client.force_login(anna)
    channels = ["private-open-1", "presence-open-2", "private-closed-3", "private-broken-4", "public", "a b"]
    granted = {"name": "private-granted", "grant": grants.grant("private-granted", anna)}
    response = ask_many(client, *channels, granted)
    assert response.status_code == 200
    answers = response.json()["channels"]
    assert list(answers) == [*channels, "private-granted"]
    for allowed in ("private-open-1", "presence-open-2", "private-granted"):
        answer = answers[allowed]
        verify_channel(conf.app(), answer["auth"], SOCKET, allowed, answer.get("channel_data"))
    assert answers["private-closed-3"] == {"error": "You may not join private-closed-3.", "status": 403}
    assert {name: answers[name]["status"] for name in channels if "status" in answers[name]} == {
        "private-closed-3": 403,
        "private-broken-4": 403,
        "public": 400,
        "a b": 400,
    }


def test_a_hundred_channels_are_answered_and_one_more_is_not(client: Client) -> None:
    names = [f"private-open-{number}" for number in range(101)]
    assert len(ask_many(client, *names[:100]).json()["channels"]) == 100
    response = ask_many(client, *names)
    assert response.status_code == 400
    assert response.json() == {"error": "101 channels are asked for at once: ask for 100 at most."}


def test_a_name_asked_for_twice_is_answered_once(client: Client) -> None:
    assert list(ask_many(client, "private-open-1", "private-open-1").json()["channels"]) == ["private-open-1"]


def test_no_channel_at_all_is_answered(client: Client) -> None:
    assert ask_many(client).json() == {"channels": {}}


# What cannot be answered -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "socket_id", ["", "1", "1.", "1.2.3", "a.b", "1.2:private-x", "1.2\n", "\u0661.\u0662", " 1.2", "-1.2"]
)
def test_a_socket_id_that_is_none_is_refused(client: Client, socket_id: str) -> None:
    assert ask(client, "private-open-1", socket_id).status_code == 400
    assert ask_many(client, "private-open-1", socket_id=socket_id).status_code == 400


BODIES = [
    b"",
    b"{",
    b"\xff",
    b"[]",
    b"null",
    b"[" * 100_000,
    b'{"socket_id": "1.2"}',
    b'{"socket_id": 1.2, "channel_name": "private-open-1"}',
    b'{"socket_id": "\\ud800", "channel_name": "private-open-1"}',
    b'{"socket_id": "1.2", "channel_name": 7}',
    b'{"socket_id": "1.2", "channel_name": "private-open-1", "grant": 7}',
    b'{"socket_id": "1.2", "channel_name": "private-\\ud800"}',
    b'{"socket_id": "1.2", "channels": "private-open-1"}',
    b'{"socket_id": "1.2", "channels": {"name": "private-open-1"}}',
    b'{"socket_id": "1.2", "channels": ["private-open-1"]}',
    b'{"socket_id": "1.2", "channels": [{}]}',
    b'{"socket_id": "1.2", "channels": [{"name": null}]}',
]


@pytest.mark.parametrize("body", BODIES)
def test_a_body_that_asks_nothing_is_refused_with_the_remedy(client: Client, body: bytes) -> None:
    response = client.post(URL, body, content_type="application/json")
    assert response.status_code == 400
    assert response.json()["error"]


def test_a_name_that_is_no_text_spoils_no_batch(client: Client) -> None:
    body = b'{"socket_id": "1.2", "channels": [{"name": "\\ud800"}, {"name": "private-open-1", "grant": ""}]}'
    answers = client.post(URL, body, content_type="application/json").json()["channels"]
    assert [set(answer) for answer in answers.values()] == [{"error", "status"}, {"auth"}]


def test_a_form_that_asks_nothing_is_refused(client: Client) -> None:
    assert client.post(URL, {"socket_id": SOCKET}).status_code == 400
    assert client.post(URL, "x", content_type="text/plain").status_code == 400


class CutShort(io.BytesIO):
    """A body whose sender has gone."""

    def read(self, size: int | None = -1, /) -> bytes:
        raise ConnectionResetError("gone")


@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded"])
def test_a_request_that_is_cut_short_is_refused(client: Client, content_type: str) -> None:
    cut: dict[str, Any] = {"wsgi.input": CutShort(), "CONTENT_LENGTH": "10", "CONTENT_TYPE": content_type}
    response = client.generic("POST", URL, **cut)
    assert response.status_code == 400
    assert "cut short" in response.json()["error"]


@pytest.mark.parametrize("method", ["get", "put", "delete", "options"])
def test_only_a_post_is_answered(client: Client, method: str) -> None:
    response = getattr(client, method)(URL)
    assert response.status_code == 405
    assert response.headers["Allow"] == "POST"
    assert "socket_id" in response.json()["error"]


# Where the request comes from --------------------------------------------------------------------------


ORIGINS = [
    # (secure, Origin, CSRF_TRUSTED_ORIGINS, accepted)
    (False, "http://testserver", [], True),
    (True, "https://testserver", [], True),
    (True, "http://testserver", [], False),
    (False, "https://testserver", [], False),
    (False, "http://testserver:8000", [], False),
    (False, "http://testserver.evil.example", [], False),
    (False, "http://sub.testserver", [], False),
    (False, "http://evil.example", [], False),
    (False, "null", [], False),
    (False, "", [], False),
    (False, "http://[", [], False),
    (False, "https://app.example", ["https://app.example"], True),
    (False, "http://app.example", ["https://app.example"], False),
    (False, "https://app.example:8443", ["https://app.example"], False),
    (False, "https://a.app.example", ["https://*.app.example"], True),
    (False, "https://a.b.app.example", ["https://*.app.example"], True),
    (False, "https://aapp.example", ["https://*.app.example"], False),
    (False, "http://a.app.example", ["https://*.app.example"], False),
    (False, "null", ["https://*.app.example"], False),
]


@pytest.mark.parametrize(("secure", "origin", "trusted", "accepted"), ORIGINS)
def test_the_origin_decides_whether_a_page_is_the_sites_own(
    secure: bool, origin: str, trusted: list[str], accepted: bool, settings: Settings
) -> None:
    settings.CSRF_TRUSTED_ORIGINS = trusted
    client = Client(enforce_csrf_checks=True, headers={"origin": origin})
    fields = {"socket_id": SOCKET, "channel_name": "private-open-1"}
    response = client.post(URL, fields, secure=secure)
    assert response.status_code == (200 if accepted else 403)
    if not accepted:
        assert "CSRF_TRUSTED_ORIGINS" in response.json()["error"]


def test_a_foreign_origin_is_refused_with_cookies_and_token(client: Client, anna: User) -> None:
    token = give_token(client)
    client.force_login(anna)
    for origin in ("http://evil.example", "null"):
        response = client.post(
            URL,
            {"socket_id": SOCKET, "channel_name": "presence-open-1", "csrfmiddlewaretoken": token},
            headers={"origin": origin, "x-csrftoken": token},
        )
        assert response.status_code == 403
        assert "Origin checking failed" in response.json()["error"]


def test_the_scheme_is_the_one_in_front_of_the_proxy(client: Client, settings: Settings) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.USE_X_FORWARDED_HOST = True
    settings.ALLOWED_HOSTS = ["www.example.com"]
    response = client.post(
        URL,
        {"socket_id": SOCKET, "channel_name": "private-open-1"},
        headers={
            "origin": "https://www.example.com",
            "x-forwarded-proto": "https",
            "x-forwarded-host": "www.example.com",
        },
    )
    assert response.status_code == 200


def give_token(client: Client) -> str:
    """Return a token as a page's form has it, and leave its cookie with the browser."""
    request = RequestFactory().get("/")
    token = get_token(request)
    client.cookies["csrftoken"] = request.META["CSRF_COOKIE"]
    return token


TOKENS = [
    ("x-csrftoken", True),
    ("x-csrf-token", True),
    ("form", True),
    ("nowhere", False),
]


@pytest.mark.parametrize(("place", "accepted"), TOKENS)
def test_without_an_origin_a_token_decides(place: str, accepted: bool) -> None:
    client = Client(enforce_csrf_checks=True)
    token = give_token(client)
    fields = {"socket_id": SOCKET, "channel_name": "private-open-1"}
    if place == "form":
        fields["csrfmiddlewaretoken"] = token
    response = client.post(URL, fields, headers={place: token} if place.startswith("x-") else {})
    assert response.status_code == (200 if accepted else 403)
    if not accepted:
        assert "Send the page's CSRF token in the header X-Csrftoken" in response.json()["error"]


def test_the_header_of_the_token_may_have_another_name(settings: Settings) -> None:
    settings.CSRF_HEADER_NAME = "HTTP_X_XSRF"
    client = Client(enforce_csrf_checks=True)
    token = give_token(client)
    fields = {"socket_id": SOCKET, "channel_name": "private-open-1"}
    assert client.post(URL, fields, headers={"x-xsrf": token}).status_code == 200
    assert client.post(URL, fields, headers={"x-csrf-token": token}).status_code == 200
    refused = client.post(URL, fields, headers={"x-csrftoken": token})
    assert refused.status_code == 403
    assert "X-Xsrf" in refused.json()["error"]


@pytest.mark.parametrize("token", ["", "x", "y" * 32, "z" * 64])
def test_a_wrong_token_is_refused(token: str) -> None:
    client = Client(enforce_csrf_checks=True)
    give_token(client)
    fields = {"socket_id": SOCKET, "channel_name": "private-open-1"}
    assert client.post(URL, fields, headers={"x-csrftoken": token}).status_code == 403


def test_without_token_origin_and_cookie_the_remedy_is_said() -> None:
    client = Client(enforce_csrf_checks=True)
    response = ask(client, "private-open-1")
    assert response.status_code == 403
    assert "CSRF cookie not set" in response.json()["error"]


def test_the_token_of_a_session_is_known_too(settings: Settings, db: None) -> None:
    settings.CSRF_USE_SESSIONS = True
    client = Client(enforce_csrf_checks=True)
    session = client.session
    session["_csrftoken"] = secret = "s" * 32
    session.save()
    fields = {"socket_id": SOCKET, "channel_name": "private-open-1"}
    assert client.post(URL, fields, headers={"x-csrftoken": secret}).status_code == 200
    assert client.post(URL, fields, headers={"x-csrftoken": "t" * 32}).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_what_one_rule_does_to_the_database_does_not_reach_the_next(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connections.settings["default"], "ATOMIC_REQUESTS", True)
    authorize("private-plain")(lambda request: not connection.in_atomic_block)
    assert ask(client, "private-plain").status_code == 200


# Whatever the middleware -------------------------------------------------------------------------------


def test_without_middleware_everybody_is_anonymous(client: Client, settings: Settings) -> None:
    settings.MIDDLEWARE = []
    assert ask(client, "private-open-1").status_code == 200
    assert ask(client, "presence-open-1").status_code == 403
    client.defaults["HTTP_ORIGIN"] = "http://evil.example"
    assert ask(client, "private-open-1").status_code == 403


def test_a_site_that_requires_login_does_not_redirect_the_endpoint(
    client: Client, settings: Settings
) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "django.contrib.auth.middleware.LoginRequiredMiddleware"]
    assert ask(client, "private-open-1").status_code == 200
    assert ask(client, "private-closed-1").status_code == 403


def async_middleware(get_response: Any) -> Any:
    async def middleware(request: HttpRequest) -> HttpResponse:
        response: HttpResponse = await get_response(request)
        return response

    return middleware


async_middleware.async_capable = True  # type: ignore[attr-defined]
async_middleware.sync_capable = False  # type: ignore[attr-defined]


@pytest.mark.parametrize("middleware", [[], [f"{__name__}.async_middleware"]])
def test_an_async_site_awaits_async_rules_on_its_own_loop(
    middleware: list[str], anna: User, settings: Settings
) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, *middleware]

    @authorize("presence-slow-{x}")
    async def slow(request: HttpRequest, x: str) -> dict[str, Any]:
        user = await request.auser()
        return {"name": user.get_username(), "loop": id(asyncio.get_running_loop())}

    async def main() -> tuple[dict[str, Any], int]:
        browser = AsyncClient(enforce_csrf_checks=True)
        await browser.aforce_login(anna)
        wanted = {
            "socket_id": SOCKET,
            "channels": [{"name": "presence-slow-1"}, {"name": "private-closed-1"}],
        }
        response = await browser.post(
            URL, wanted, content_type="application/json", headers={"origin": ORIGIN}
        )
        return response.json()["channels"], id(asyncio.get_running_loop())

    answers, loop = async_to_sync(main)()
    member = json.loads(answers["presence-slow-1"]["channel_data"])
    assert member["user_info"] == {"name": "anna", "loop": loop}
    assert answers["private-closed-1"]["status"] == 403


def test_a_sync_site_awaits_async_rules_too(client: Client, anna: User) -> None:
    @authorize("presence-slow-{x}")
    async def slow(request: HttpRequest, x: str) -> bool:
        return (await request.auser()).is_authenticated

    client.force_login(anna)
    assert ask(client, "presence-slow-1").status_code == 200
