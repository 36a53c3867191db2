"""What the server alone is told, and where: the command line, the environment, a file."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onair.engines.urls import EngineUrl
from onair.protocol.app import App, Credential, Limits, Webhook
from onair.server.address import Port, UnixSocket
from onair.standalone import apps
from onair.standalone.config import Config, Source, merge, read_config
from onair.standalone.errors import WrongInput
from onair.standalone.options import OPTIONS

SECRET = "5ecret-of-nobody"
APP = f"1:app-key:{SECRET}"

FILE = """
bind = "0.0.0.0:7001"
origins = ["https://www.example.com", "https://*.example.org"]
drain = 2.5
max_connections = 5000
client_events = false
webhooks = ["https://example.com/all"]
log_level = "debug"

[limits]
event_bytes = 2048
connections = 100

[[apps]]
id = 1
key = "app-key"
secret = "app-secret"

[[apps]]
id = "second"
credentials = [{ key = "new", secret = "new-secret" }, { key = "old", secret = "old-secret" }]
client_events = true
enabled = false
authorization_timeout = 30
[apps.limits]
connections = 7
[[apps.webhooks]]
url = "https://example.com/second"
notices = ["channel_occupied", "channel_vacated"]
batch = false
"""


def config(
    file: str = "", environment: dict[str, str] | None = None, folder: Path | None = None, **arguments: Any
) -> Config:
    if folder is None:
        return read_config(arguments, environment or {})
    path = folder / "onair.toml"
    path.write_text(file)
    return read_config(arguments, environment or {}, str(path))


def test_one_app_is_enough_and_everything_is_on() -> None:
    made = config(apps=[APP])
    assert made.apps == (
        App("1", (Credential("app-key", SECRET),), client_events=True, subscription_counts=True),
    )
    assert made.origins == ("*",)
    assert made.max_connections is None
    assert made.serving.bind == Port("127.0.0.1", 6001)
    assert made.serving.drain == 5
    assert not made.serving.metrics


def test_a_file_has_apps_with_their_own_keys_limits_and_webhooks(tmp_path: Path) -> None:
    made = config(FILE, folder=tmp_path)
    assert made.serving.bind == Port("0.0.0.0", 7001)
    assert made.serving.drain == 2.5
    assert made.max_connections == 5000
    assert made.origins == ("https://www.example.com", "https://*.example.org")
    assert made.apps == (
        App(
            "1",
            (Credential("app-key", "app-secret"),),
            limits=Limits(event_bytes=2048, connections=100),
            subscription_counts=True,
            webhooks=(Webhook(url="https://example.com/all"),),
        ),
        App(
            "second",
            (Credential("new", "new-secret"), Credential("old", "old-secret")),
            limits=Limits(event_bytes=2048, connections=7),
            client_events=True,
            subscription_counts=True,
            enabled=False,
            authorization_timeout=30,
            webhooks=(
                Webhook(
                    url="https://example.com/second",
                    notices=frozenset({"channel_occupied", "channel_vacated"}),
                    batch=False,
                ),
            ),
        ),
    )


OWN = """
webhooks = ["https://example.com/all"]

[[apps]]
id = "1"
key = "new"
secret = "new-secret"
credentials = [{ key = "old", secret = "old-secret" }]
webhooks = []
"""


def test_an_app_signs_with_its_own_key_and_may_have_no_webhook(tmp_path: Path) -> None:
    (app,) = config(OWN, folder=tmp_path).apps
    assert app.credentials == (Credential("new", "new-secret"), Credential("old", "old-secret"))
    assert app.webhooks == ()


def test_the_environment_has_several_values_in_one_text() -> None:
    made = config(
        environment={
            "ONAIR_APPS": f"1:a:{SECRET}, 2:b:with:colons\n3:c:last",
            "ONAIR_ORIGINS": "https://a.example https://b.example",
            "ONAIR_BIND": "unix:/run/onair.sock",
            "ONAIR_LIMITS": "event_bytes=2048,connections=3",
            "ONAIR_CLIENT_EVENTS": "off",
            "ONAIR_METRICS": "1",
            "ONAIR_DRAIN": "",
        }
    )
    assert [(app.id, app.key, app.secret) for app in made.apps] == [
        ("1", "a", SECRET),
        ("2", "b", "with:colons"),
        ("3", "c", "last"),
    ]
    assert made.apps[0].limits == Limits(event_bytes=2048, connections=3)
    assert not made.apps[0].client_events
    assert made.origins == ("https://a.example", "https://b.example")
    assert made.serving.bind == UnixSocket("/run/onair.sock")
    assert made.serving.metrics
    assert made.serving.drain == 5


def test_the_environment_can_name_the_file(tmp_path: Path) -> None:
    (tmp_path / "apps.toml").write_text(FILE)
    made = read_config({}, {"ONAIR_CONFIG": str(tmp_path / "apps.toml")})
    assert [app.id for app in made.apps] == ["1", "second"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [("ONAIR_ORIGIN", "ONAIR_ORIGINS"), ("ONAIR_APP", "ONAIR_APPS"), ("ONAIR_CONFG", "ONAIR_CONFIG")],
)
def test_a_variable_with_a_slip_in_its_name_is_not_passed_over(name: str, meant: str) -> None:
    with pytest.raises(WrongInput, match=f"{name} is not known: did you mean {meant}\\?"):
        config(environment={"ONAIR_APPS": APP, name: "https://www.example.com"})


@pytest.mark.parametrize(
    "name", ["ONAIR_URL", "ONAIR_PORT", "ONAIR_SERVICE_HOST", "ONAIR_PORT_6001_TCP_ADDR"]
)
def test_variables_of_others_are_left_alone(name: str) -> None:
    assert config(environment={"ONAIR_APPS": APP, name: "10.0.0.1"}).origins == ("*",)


def test_the_command_line_goes_before_the_environment_and_that_before_the_file(tmp_path: Path) -> None:
    made = config(
        FILE,
        {"ONAIR_BIND": "7002", "ONAIR_DRAIN": "3", "ONAIR_LIMITS": "event_bytes=1"},
        tmp_path,
        bind="7003",
        apps=[APP],
    )
    assert made.serving.bind == Port("127.0.0.1", 7003)
    assert made.serving.drain == 3
    assert made.max_connections == 5000
    assert [app.key for app in made.apps] == ["app-key"]
    assert made.apps[0].limits == Limits(event_bytes=1)


@given(st.lists(st.dictionaries(st.sampled_from([option.key for option in OPTIONS]), st.integers())))
def test_each_option_is_the_first_sources_that_has_it(values: list[dict[str, int]]) -> None:
    sources = [Source(each, lambda option, path: option.key, lambda option, value: value) for each in values]
    merged = merge(sources)
    for option in OPTIONS:
        given_values = [each[option.key] for each in values if option.key in each]
        assert merged[option.key] == (given_values[0] if given_values else option.default)


def test_no_option_has_the_name_of_another() -> None:
    for names in ([option.flag for option in OPTIONS], [option.variable for option in OPTIONS]):
        assert len(set(names)) == len(names)


def test_workers_share_an_engine() -> None:
    made = config(environment={"ONAIR_ENGINE": "redis://localhost"}, apps=[APP], workers="2")
    assert made.engine == EngineUrl("redis://localhost", makes_tables=True)
    assert made.serving.workers == 2


def test_every_switch_and_limit_of_an_app_can_be_set() -> None:
    own = {"id", "credentials", "limits", "webhooks"}
    assert set(apps.SWITCHES) == {field.name for field in fields(App)} - own
    assert set(apps.LIMITS) == {field.name for field in fields(Limits)}


WRONG_ARGUMENTS: dict[str, tuple[dict[str, Any], str]] = {
    "no app": ({}, r"no app is named: .* --app 1:[0-9a-f]{20}:[0-9a-f]{40} \(or set ONAIR_APPS"),
    "no secret": ({"apps": ["1:app-key"]}, r"^--app: it wants ID:KEY:SECRET"),
    "an empty secret": ({"apps": ["1:app-key:"]}, r"^--app: it wants ID:KEY:SECRET"),
    "a key with a slash": ({"apps": [f"1:a/b:{SECRET}"]}, r"^--app: an id and a key are letters"),
    "one id twice": ({"apps": [APP, f"1:other:{SECRET}"]}, r"^apps: two apps have the id '1'"),
    "one key twice": ({"apps": [APP, f"2:app-key:{SECRET}"]}, r"^apps: the key 'app-key' is given twice"),
    "an address": ({"bind": "there"}, r"^--bind: 'there' is no address: give HOST:PORT"),
    "a drain": ({"drain": "-1"}, r"^--drain: '-1' is not a number of seconds"),
    "an endless drain": ({"drain": "inf"}, r"^--drain: 'inf' is not a number of seconds"),
    "an origin": ({"origins": ["www.example.com"]}, r"^--origin: 'www.example.com' is no origin: .*https://"),
    "a webhook": ({"webhooks": [f"ftp://me:{SECRET}@x/"]}, r"^--webhook: it is no URL: give it like https"),
    "a webhook's port": ({"webhooks": ["http://host:port/"]}, r"^--webhook: it is no URL"),
    "connections": ({"max_connections": "0"}, r"^--max-connections: '0' is not a whole number"),
    "an unknown limit": ({"limits": ["event_byte=5"]}, r"^--limit event_byte: .* did you mean event_bytes\?"),
    "a limit": ({"limits": ["event_bytes"]}, r"^--limit event_bytes: '' is not a whole number"),
    "a level": ({"log_level": "loud"}, r"^--log-level: 'loud' is not known: there are debug"),
    "a key alone": ({"tls_key": "key.pem"}, r"^--tls-key: a key needs its certificate"),
    "a certificate": ({"tls_certificate": "nowhere.pem"}, r"^--tls-certificate: .* cannot be read"),
    "no workers": ({"workers": "0"}, r"^--workers: '0' is not a whole number of at least 1"),
    "workers that share nothing": ({"workers": "2"}, r"^--workers 2: .* of one alone\. .*--engine redis://"),
    "an engine": (
        {"engine": f"http://me:{SECRET}@localhost"},
        r"^--engine: it is no engine: .*redis://localhost",
    ),
    "a database of a site": (
        {"engine": "postgres:default"},
        r"^--engine: it is no engine: .*postgres://user",
    ),
    "a timeout": ({"activity_timeout": "1.5"}, r"^--activity-timeout: '1.5' is not a whole number"),
}


@pytest.mark.parametrize(("arguments", "text"), WRONG_ARGUMENTS.values(), ids=WRONG_ARGUMENTS)
def test_a_wrong_argument_is_one_line_with_the_remedy(arguments: dict[str, Any], text: str) -> None:
    with pytest.raises(WrongInput) as error:
        config(**({} if not arguments else {"apps": [APP]} | arguments))
    assert re.search(text, str(error.value)), error.value
    assert "\n" not in str(error.value)
    assert SECRET not in str(error.value)


WRONG_VARIABLES = {
    "an app": ("ONAIR_APPS", f"{APP} 2:{SECRET}", r"^ONAIR_APPS\[1\]: it wants ID:KEY:SECRET"),
    "a switch": ("ONAIR_CLIENT_EVENTS", "maybe", r"^ONAIR_CLIENT_EVENTS: it is on or off"),
    "a limit": (
        "ONAIR_LIMITS",
        "connections=x",
        r"^ONAIR_LIMITS\[0\]\.connections: 'x' is not a whole number",
    ),
}


@pytest.mark.parametrize(("name", "value", "text"), WRONG_VARIABLES.values(), ids=WRONG_VARIABLES)
def test_a_wrong_variable_is_named(name: str, value: str, text: str) -> None:
    with pytest.raises(WrongInput) as error:
        config(environment={"ONAIR_APPS": APP, name: value})
    assert re.search(text, str(error.value)), error.value
    assert SECRET not in str(error.value)


HEAD = f'[[apps]]\nid = "1"\nkey = "app-key"\nsecret = "{SECRET}"\n'

WRONG_FILES = {
    "no TOML": ("bind = ]\n", r"^--config \S+: the file is no TOML: .*line 1"),
    "an unknown key": ("bnd = 1", r"onair\.toml: bnd is not known: did you mean bind\?"),
    "an unknown key of an app": (
        f"{HEAD}client_event = true",
        r"onair\.toml: apps\[0\]\.client_event: it is not known: did you mean client_events\?",
    ),
    "an unknown limit": (
        f"{HEAD}[apps.limits]\nconnection = 1",
        r"apps\[0\]\.limits\.connection: it is not known: did you mean connections\?",
    ),
    "a limit": (
        f"{HEAD}[apps.limits]\nconnections = true",
        r"apps\[0\]\.limits\.connections: True is not a whole number",
    ),
    "no id": ('[[apps]]\nkey = "k"\nsecret = "s"', r"apps\[0\]: it has no id: add one"),
    "no secret": (
        '[[apps]]\nid = "1"\nkey = "k"',
        r"apps\[0\]: it has no secret: key and secret go together",
    ),
    "no key": ('[[apps]]\nid = "1"\nsecret = "s"', r"apps\[0\]: it has no key: key and secret go together"),
    "neither": ('[[apps]]\nid = "1"', r"apps\[0\]: it has no key and secret"),
    "half a credential": (
        '[[apps]]\nid = "1"\ncredentials = [{ key = "k" }]',
        r"apps\[0\]\.credentials\[0\]: it wants a key and a secret",
    ),
    "apps of another kind": ("apps = 5", r"onair\.toml: apps: it wants an array"),
    "an app of another kind": ("apps = [5]", r"onair\.toml: apps\[0\]: it wants a table"),
    "a secret of another kind": (
        '[[apps]]\nid = "1"\nkey = "k"\nsecret = 12345678',
        r"apps\[0\]\.secret: it wants a text",
    ),
    "an unknown notice": (
        f'{HEAD}[[apps.webhooks]]\nurl = "https://example.com"\nnotices = ["channel_ocupied"]',
        r"apps\[0\]\.webhooks\[0\]\.notices: 'channel_ocupied' is not known: did you mean channel_occupied\?",
    ),
    "a webhook without a URL": (f"{HEAD}[[apps.webhooks]]\nbatch = true", r"webhooks\[0\]: it has no url"),
    "a switch": (f"client_events = 3\n{HEAD}", r"onair\.toml: client_events: it is on or off"),
    "a port": (f"bind = 70000\n{HEAD}", r"onair\.toml: bind: '70000' is no address"),
}


@pytest.mark.parametrize(("file", "text"), WRONG_FILES.values(), ids=WRONG_FILES)
def test_a_wrong_file_is_named_with_the_key(file: str, text: str, tmp_path: Path) -> None:
    with pytest.raises(WrongInput) as error:
        config(file, folder=tmp_path)
    assert re.search(text, str(error.value)), error.value
    assert "\n" not in str(error.value)
    assert SECRET not in str(error.value)


def test_a_file_that_is_not_there_is_an_error() -> None:
    with pytest.raises(WrongInput, match="--config nowhere: the file cannot be read: No such file"):
        read_config({}, {}, "nowhere")


def test_a_file_that_is_not_text_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "onair.toml").write_bytes(b"\xff")
    with pytest.raises(WrongInput, match="the file is no TOML"):
        read_config({}, {}, str(tmp_path / "onair.toml"))
