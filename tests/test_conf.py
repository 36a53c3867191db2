"""The settings: what each form means, what is wrong with the others, and that no secret is in a message."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.test import override_settings

from onair import conf
from onair.conf import Embedded, HostedPusher, RemoteServer, Target
from onair.engines.base import Bounds
from onair.engines.urls import EngineUrl
from onair.exceptions import ConfigurationError
from onair.protocol.app import App, Credential, Limits

POSTGRES = "django.db.backends.postgresql"

CREDENTIAL = Credential("a-key", "a-secret")

PUSHER = {"PUSHER_APP_ID": "42", "PUSHER_KEY": "a-key", "PUSHER_SECRET": "a-secret"}


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ONAIR_URL", raising=False)


def pusher(settings: Any, **values: object) -> None:
    for name, value in (PUSHER | values).items():
        setattr(settings, name, value)


# (URL, base URL, app id)
REMOTE = [
    ("http://a-key:a-secret@127.0.0.1:6001/apps/1", "http://127.0.0.1:6001", "1"),
    ("https://a-key:a-secret@live.example.com/apps/42", "https://live.example.com", "42"),
    ("https://a-key:a-secret@example.com:8443/live/apps/42/", "https://example.com:8443/live", "42"),
    ("http://a-key:a-secret@[::1]:6001/apps/1", "http://[::1]:6001", "1"),
    ("http://a-key:a-secret@localhost/apps/app-id", "http://localhost", "app-id"),
]


@pytest.mark.parametrize(("url", "base_url", "app_id"), REMOTE)
def test_the_url_of_a_server_elsewhere(url: str, base_url: str, app_id: str, settings: Any) -> None:
    settings.ONAIR = {"URL": url}
    target = conf.target()
    assert isinstance(target, RemoteServer)
    assert (target.base_url, target.app.id, target.app.credentials) == (base_url, app_id, (CREDENTIAL,))


@pytest.mark.parametrize(
    ("url", "cluster"),
    [("pusher://a-key:a-secret@eu/42", "eu"), ("pusher://a-key:a-secret@us2/42/", "us2")],
)
def test_the_url_of_hosted_pusher(url: str, cluster: str, settings: Any) -> None:
    settings.ONAIR = {"URL": url}
    target = conf.target()
    assert isinstance(target, HostedPusher)
    assert (target.cluster, target.host) == (cluster, None)
    assert (target.app.id, target.app.credentials) == ("42", (CREDENTIAL,))


# (what is configured, the engine's URL, what may be shown of it)
ENGINES = [
    ("redis://localhost", "redis://localhost", "redis://localhost"),
    ("redis://localhost:6380/2", "redis://localhost:6380/2", "redis://localhost:6380/2"),
    ("redis://:a-secret@localhost/0", "redis://:a-secret@localhost/0", "redis://localhost/0"),
    ("redis://localhost/0?password=a-s@ecret", "redis://localhost/0?password=a-s@ecret", "redis://…"),
    ("redis://[::1]:6379", "redis://[::1]:6379", "redis://[::1]:6379"),
    ("REDISS://me:a-secret@redis/", "rediss://me:a-secret@redis/", "rediss://redis/"),
    (
        "redis+unix:///run/redis.sock?db=1",
        "redis+unix:///run/redis.sock?db=1",
        "redis+unix:///run/redis.sock",
    ),
    (
        "redis+unix://:a-secret@/run/redis.sock",
        "redis+unix://:a-secret@/run/redis.sock",
        "redis+unix:///run/redis.sock",
    ),
    (
        "redis+sentinel://:a-secret@one:26379,two,[::1]:3/main/4",
        "redis+sentinel://:a-secret@one:26379,two,[::1]:3/main/4",
        "redis+sentinel://one:26379,two,[::1]:3/main/4",
    ),
    ("rediss+sentinel://one/main", "rediss+sentinel://one/main", "rediss+sentinel://one/main"),
    ("postgres://me:a-secret@db:5433/site", "postgres://me:a-secret@db:5433/site", "postgres://db:5433/site"),
    ("postgresql:///site", "postgresql:///site", "postgresql:///site"),
    ("postgres:///?service=site", "postgres:///?service=site", "postgres:///"),
]


@pytest.mark.parametrize(("configured", "url", "shown"), ENGINES)
def test_the_url_of_an_engine_means_the_sites_own_app_in_any_number_of_processes(
    configured: str, url: str, shown: str, settings: Any
) -> None:
    settings.ONAIR = {}
    own = conf.app()
    settings.ONAIR = {"URL": configured}
    target = conf.target()
    assert target == Embedded(own, EngineUrl(url))
    assert conf.is_embedded()
    engine = conf.engine()
    assert engine is not None
    assert engine.shown == shown
    assert "a-secret" not in repr(target)


@pytest.fixture
def databases() -> Iterator[None]:
    """Another database of PostgreSQL in the settings; nobody connects to it."""
    connections.databases["events"] = {**connections.databases["default"], "ENGINE": POSTGRES}
    yield
    del connections.databases["events"]
    if hasattr(connections._connections, "events"):
        delattr(connections._connections, "events")


@pytest.mark.usefixtures("databases")
@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_a_database_of_the_site_can_be_the_engine_by_its_alias(scheme: str, settings: Any) -> None:
    settings.ONAIR = {"URL": f"{scheme}:events"}
    assert conf.engine() == EngineUrl(f"{scheme}:events")


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"URL": "http://a-key:a-secret@localhost/apps/1"},
        {"URL": "pusher://a-key:a-secret@eu/42"},
        {"URL": "redis://"},
    ],
)
def test_there_is_an_engine_only_where_the_url_names_one(options: dict[str, str], settings: Any) -> None:
    settings.ONAIR = options
    assert conf.engine() is None


def test_an_engine_keeps_as_much_as_the_settings_say(settings: Any) -> None:
    settings.ONAIR = {"URL": "redis://localhost", "HISTORY_EVENTS": 7, "HISTORY_SECONDS": 8}
    assert conf.bounds() == Bounds(entries=7, seconds=8)


def test_key_and_secret_may_be_escaped(settings: Any) -> None:
    settings.ONAIR = {"URL": "http://a%40key:se%2Fcret%3A@localhost/apps/1"}
    assert conf.app().credentials == (Credential("a@key", "se/cret:"),)


# (URL, what the message says)
WRONG = [
    ("ftp://a-key:a-secret@localhost/apps/1", "unknown scheme 'ftp'"),
    ("localhost:6001/apps/1", "unknown scheme"),
    ("a-secret", "unknown scheme ''"),
    ("http://a-key:a-secret@localhost:port/apps/1", "is not a URL"),
    ("http://a-key:a-secret@localhost:99999/apps/1", "is not a URL"),
    ("http://a-key:a-secret@[::1/apps/1", "is not a URL"),
    ("http://a-key:a-secret@/apps/1", "names no host"),
    ("http://localhost/apps/1", "names no key and secret"),
    ("http://a-key@localhost/apps/1", "names no key and secret"),
    ("http://:a-secret@localhost/apps/1", "names no key and secret"),
    ("http://a-key:a-secret@localhost", "names no app id"),
    ("http://a-key:a-secret@localhost/apps/", "names no app id"),
    ("http://a-key:a-secret@localhost/somewhere", "names no app id"),
    ("http://a-key:a-secret@localhost/apps/1/events", "names no app id"),
    ("http://a-key:a-secret/x@localhost/apps/1", "is not a URL"),
    ("http://a-key:4/a-secret@localhost/apps/1", "names no key and secret"),
    ("http://a-key:a-secret#x@localhost/apps/1", "is not a URL"),
    ("http://a-key:a-secret", "is not a URL"),
    ("http://a-key:a-secret://x@localhost/apps/1", "is not a URL"),
    ("a-key:a-secret@localhost/apps/1", "unknown scheme 'a-key'"),
    ("pusher://a-key:a-secret@eu", "names no app id"),
    ("pusher://a-key:a-secret@/42", "names no host"),
    ("redis:localhost", "has no // after redis:"),
    ("redis://", "names no host"),
    ("redis://:a-secret@", "names no host"),
    ("redis://localhost:port", "its port cannot be read"),
    ("redis://localhost:a-secret", "its port cannot be read"),
    ("redis://me:a-secret?x@localhost", "its port cannot be read"),
    ("redis://[::1", "is not a URL"),
    ("redis://me:1/a-secret@localhost", "has no number where Redis numbers its databases"),
    ("redis+unix://", "names no socket"),
    ("redis+sentinel://one,two", "names no service"),
    ("redis+sentinel://one,/main", "names no host"),
    ("redis+sentinel://:a-secret@one:x/main", "its port cannot be read"),
    ("redis+sentinel://one/main/a-secret", "has no number"),
    ("postgres:", "has no // after postgres:"),
    ("postgres://localhost", "names no database"),
    ("postgres://me:a-secret%x@localhost/site", "has a % before something else"),
    ("postgres:nowhere", "names a database that DATABASES has not: it has default"),
    ("postgres:me:a-secret@localhost/site", "names a database that DATABASES has not"),
]


@pytest.mark.parametrize(("url", "problem"), WRONG)
def test_a_wrong_url_is_named_with_its_problem_and_the_forms_there_are(
    url: str, problem: str, settings: Any
) -> None:
    settings.ONAIR = {"URL": url}
    with pytest.raises(ConfigurationError) as raised:
        conf.target()
    message = str(raised.value)
    assert problem in message
    for part in (
        'ONAIR["URL"]',
        "ONAIR_URL",
        "http://key:secret@host:port/apps/1",
        "pusher://key:secret@cluster",
        "redis://[user:password@]host:port/0",
        "redis+unix:///path",
        "redis+sentinel://host:port,host:port/service",
        "postgres://user:password@host/database",
        "postgres:alias",
    ):
        assert part in message


@pytest.mark.parametrize(("url", "problem"), WRONG)
def test_no_secret_is_in_the_message_of_a_wrong_url(url: str, problem: str, settings: Any) -> None:
    settings.ONAIR = {"URL": url}
    with pytest.raises(ConfigurationError) as raised:
        conf.target()
    assert "a-secret" not in str(raised.value)
    assert raised.value.__cause__ is None


def test_only_postgresql_can_be_the_engine_by_its_alias(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections["default"], "vendor", "sqlite")
    settings.ONAIR = {"URL": "postgres:default"}
    with pytest.raises(ConfigurationError, match=r"'postgres:default' in ONAIR.* a database of sqlite"):
        conf.target()


def test_what_can_be_shown_of_a_wrong_url_is_shown(settings: Any) -> None:
    settings.ONAIR = {"URL": "redes://a-key:a-secret@live.example.com:6001/apps/1"}
    with pytest.raises(ConfigurationError, match=r"'redes://…@live.example.com:6001/apps/1' in ONAIR"):
        conf.target()


def test_no_secret_is_in_the_representation_of_a_target(settings: Any) -> None:
    settings.ONAIR = {"URL": "http://a-key:a-secret@localhost/apps/1"}
    assert "a-secret" not in repr(conf.target())


def test_the_environment_names_the_url_where_the_settings_do_not(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONAIR_URL", "http://a-key:a-secret@localhost/apps/1")
    assert isinstance(conf.target(), RemoteServer)
    settings.ONAIR = {"URL": "pusher://a-key:a-secret@eu/42"}
    assert isinstance(conf.target(), HostedPusher)
    settings.ONAIR = {"URL": None}
    assert isinstance(conf.target(), RemoteServer)
    monkeypatch.setenv("ONAIR_URL", "")
    assert isinstance(conf.target(), Embedded)


def test_without_a_url_the_server_is_inside_the_site(settings: Any) -> None:
    settings.SECRET_KEY = "one"
    target = conf.target()
    assert isinstance(target, Embedded)
    assert target.app.id == "1"
    assert len(target.app.key) == 20
    assert len(target.app.secret) == 40


def test_key_and_secret_come_from_the_secret_key_and_do_not_show_it(settings: Any) -> None:
    settings.SECRET_KEY = "one"
    first = conf.app()
    settings.SECRET_KEY = "two"
    assert conf.app() != first
    settings.SECRET_KEY = "one"
    assert conf.app() == first
    assert "one" not in first.key + first.secret
    assert not first.secret.startswith(first.key)


def test_the_keys_of_former_secret_keys_stay_valid(settings: Any) -> None:
    settings.SECRET_KEY = "old"
    old = conf.app()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new", ["old"]
    assert conf.app().key != old.key
    assert conf.app().credential(old.key) == old.credentials[0]


def test_pushers_settings_mean_hosted_pusher(settings: Any) -> None:
    pusher(settings)
    target = conf.target()
    assert isinstance(target, HostedPusher)
    assert (target.app.id, target.app.credentials) == ("42", (CREDENTIAL,))
    assert (target.cluster, target.host) == ("mt1", None)


def test_an_app_id_may_be_a_number(settings: Any) -> None:
    pusher(settings, PUSHER_APP_ID=42)
    assert conf.app().id == "42"


@pytest.mark.parametrize(("setting", "cluster"), [("eu", "eu"), ("", ""), (None, "")])
def test_pushers_cluster_is_passed_on_and_empty_is_no_cluster(
    setting: str | None, cluster: str, settings: Any
) -> None:
    pusher(settings, PUSHER_CLUSTER=setting)
    target = conf.target()
    assert isinstance(target, HostedPusher)
    assert target.cluster == cluster


def test_another_host_can_stand_in_for_pushers(settings: Any) -> None:
    pusher(settings, PUSHER_HOST="pusher.example.com")
    target = conf.target()
    assert isinstance(target, HostedPusher)
    assert target.host == "pusher.example.com"


@pytest.mark.parametrize("host", ["http://localhost", "localhost:6001", "pusher.example.com/live"])
def test_what_is_no_host_alone_cannot_stand_in_for_pushers(host: str, settings: Any) -> None:
    pusher(settings, PUSHER_HOST=host)
    with pytest.raises(ConfigurationError, match=r"PUSHER_HOST is .* host alone.* ONAIR = "):
        conf.target()


def test_a_url_beats_pushers_settings(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    pusher(settings)
    monkeypatch.setenv("ONAIR_URL", "http://a-key:a-secret@localhost/apps/1")
    assert isinstance(conf.target(), RemoteServer)
    settings.ONAIR = {"URL": "https://a-key:a-secret@example.com/apps/7"}
    assert conf.app().id == "7"


@pytest.mark.parametrize("empty", ["", None])
def test_all_of_pushers_settings_empty_are_as_if_not_set(empty: str | None, settings: Any) -> None:
    pusher(settings, **dict.fromkeys(PUSHER, empty))
    assert isinstance(conf.target(), Embedded)


@pytest.mark.parametrize("missing", PUSHER)
@pytest.mark.parametrize("empty", ["", None])
def test_some_of_pushers_settings_empty_is_an_error_that_names_them(
    missing: str, empty: str | None, settings: Any
) -> None:
    pusher(settings, **{missing: empty})
    with pytest.raises(ConfigurationError) as raised:
        conf.target()
    message = str(raised.value)
    assert message.startswith(f"{missing} is empty, while ")
    assert "a-secret" not in message
    assert "remove them all" in message


def test_the_error_is_djangos(settings: Any) -> None:
    settings.ONAIR = {"URL": "nonsense"}
    with pytest.raises(ImproperlyConfigured):
        conf.target()


@pytest.mark.parametrize("value", ["http://localhost", ["URL"], 7])
def test_onair_is_a_dictionary(value: object, settings: Any) -> None:
    settings.ONAIR = value
    with pytest.raises(ConfigurationError, match=f"ONAIR is a dictionary.*not {type(value).__name__}"):
        conf.target()


@pytest.mark.parametrize("value", [{}, None])
def test_an_empty_onair_is_as_if_not_set(value: object, settings: Any) -> None:
    settings.ONAIR = value
    assert isinstance(conf.target(), Embedded)


def test_the_options_have_their_defaults_and_the_projects_values(settings: Any) -> None:
    assert (conf.settings.MAX_EVENT_SIZE, conf.settings.QUEUE_EVENTS) == (102_400, 10_000)
    assert conf.settings.CLIENT_EVENTS is False
    settings.ONAIR = {"MAX_EVENT_SIZE": 5}
    assert (conf.settings.MAX_EVENT_SIZE, conf.settings.QUEUE_EVENTS) == (5, 10_000)


def test_every_option_has_a_default_of_its_type() -> None:
    for name in conf.OPTIONS:
        assert name.isupper()
        assert hasattr(conf.settings, name)


def test_an_unknown_option_is_an_error() -> None:
    with pytest.raises(AttributeError):
        conf.settings.UNKNOWN  # noqa: B018


def test_the_limits_of_the_app_are_the_options(settings: Any) -> None:
    settings.ONAIR = {
        "MAX_EVENT_SIZE": 1,
        "MAX_CLIENT_MESSAGE_SIZE": 2,
        "MAX_CHANNELS": 3,
        "MAX_CLIENT_EVENTS_PER_SECOND": 4,
        "MAX_CONNECTIONS": 5,
        "MAX_SUBSCRIPTIONS_PER_SECOND": 13,
        "CLIENT_EVENTS": True,
        "ACTIVITY_TIMEOUT": 6,
        "MAX_WATCHLIST": 7,
        "CACHE_SECONDS": 8,
        "HISTORY_SECONDS": 9,
        "HISTORY_EVENTS": 10,
        "HISTORY_SIZE": 11,
        "SUBSCRIPTION_COUNTS": True,
        "AUTHORIZATION_TIMEOUT": 12,
    }
    app = conf.app()
    limits = app.limits
    assert (limits.event_bytes, limits.client_message_bytes, limits.channels_per_connection) == (1, 2, 3)
    assert (limits.client_events_per_second, limits.connections) == (4, 5)
    assert (app.client_events, app.activity_timeout) == (True, 6)
    assert (limits.watchlist, limits.cache_seconds) == (7, 8)
    assert (limits.history_seconds, limits.history_events, limits.history_bytes) == (9, 10, 11)
    assert (app.subscription_counts, app.authorization_timeout) == (True, 12)
    assert limits.subscriptions_per_second == 13


def test_without_options_the_limits_are_the_protocols(settings: Any) -> None:
    settings.ONAIR = {}
    assert conf.app().limits == Limits()
    assert conf.app() == App(conf.app().id, conf.app().credentials)


HOSTED = [
    ({}, False),
    ({"URL": "http://a-key:a-secret@localhost/apps/1"}, False),
    ({"URL": "pusher://a-key:a-secret@eu/42"}, True),
    ({"URL": "nonsense"}, False),
]


@pytest.mark.parametrize(("options", "hosted"), HOSTED)
def test_whether_the_commercial_service_serves(options: dict[str, str], hosted: bool, settings: Any) -> None:
    settings.ONAIR = options
    assert conf.is_hosted() is hosted


def test_a_host_in_place_of_pushers_is_not_the_commercial_service(settings: Any) -> None:
    pusher(settings)
    assert conf.is_hosted()
    settings.PUSHER_HOST = "pusher.example.com"
    assert not conf.is_hosted()


def test_override_settings_is_followed_and_undone() -> None:
    before: Target = conf.target()
    with override_settings(ONAIR={"URL": "http://a-key:a-secret@localhost/apps/1"}):
        assert isinstance(conf.target(), RemoteServer)
        with override_settings(ONAIR={"URL": "http://a-key:a-secret@localhost/apps/2"}):
            assert conf.app().id == "2"
        assert conf.app().id == "1"
    with override_settings(**PUSHER):
        assert isinstance(conf.target(), HostedPusher)
    assert conf.target() == before


def test_two_checkouts_and_two_secret_keys_are_different_sites(settings: Any, tmp_path: Path) -> None:
    keys = set()
    for folder in ("a", "b"):
        for secret in ("one", "two"):
            settings.BASE_DIR, settings.SECRET_KEY = tmp_path / folder, secret
            keys.add(conf.site_key())
    assert len(keys) == 4


def test_a_site_is_the_same_through_a_link_and_as_text(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "site")
    settings.BASE_DIR = tmp_path / "site"
    key = conf.site_key()
    settings.BASE_DIR = str(tmp_path / "link")
    assert conf.site_key() == key


def test_a_site_without_a_base_folder_is_the_current_one(settings: Any) -> None:
    settings.BASE_DIR = None
    without = conf.site_key()
    settings.BASE_DIR = os.getcwd()  # noqa: PTH109 (what the code under test must equal)
    assert conf.site_key() == without


@pytest.mark.parametrize(
    ("value", "public"),
    [
        (None, None),
        ("", None),
        ("wss://live.example.com", "wss://live.example.com"),
        ("wss://live.example.com/", "wss://live.example.com"),
        ("ws://localhost:6001/prefix/", "ws://localhost:6001/prefix"),
    ],
)
def test_the_public_url(value: str | None, public: str | None, settings: Any) -> None:
    settings.ONAIR = {"PUBLIC_URL": value}
    assert conf.public_url() == public


@pytest.mark.parametrize(
    "value",
    ["https://live.example.com", "live.example.com", "wss://", "wss://a.example/?x=1", "wss://a.example/#x"],
)
def test_a_wrong_public_url_is_an_error_with_the_form(value: str, settings: Any) -> None:
    settings.ONAIR = {"PUBLIC_URL": value}
    with pytest.raises(ConfigurationError, match=r'ONAIR\["PUBLIC_URL"\].*wss://live.example.com'):
        conf.public_url()
