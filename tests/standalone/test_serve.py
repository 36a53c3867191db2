"""The server alone: real processes without Django, their sockets, and their end."""

from __future__ import annotations

import json
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import urllib3
from websockets.sync.client import connect, unix_connect

from onair.protocol.app import App
from tests.certificates import Files, new_key, self_signed, trusting, written
from tests.deployments.running import listeners_in_each
from tests.embedded.running import http, listener
from tests.server.clients import Client, signed_path, wait_until
from tests.standalone.running import FIRST, SECOND, Alone, command, serving, spec
from tests.webhooks.receiver import APP as HOOKED
from tests.webhooks.receiver import receiving

SOCKETS = 20

#: Longer than any test: what is not closed at once waits.
LONG = "600"


def publish(host: str, app: App, name: str, *, signer: App | None = None) -> tuple[int, str]:
    """Publish an event on news by the HTTP API, signed by the app itself or by another's secret."""
    body = json.dumps({"name": name, "channel": "news", "data": "{}"}).encode()
    signed = App(app.id, (signer or app).credentials)
    answer = http.request("POST", f"http://{host}{signed_path(signed, 'events', body)}", body=body)
    return answer.status, answer.data.decode()


def page(alone: Alone, path: str) -> tuple[int, str]:
    answer = http.request("GET", f"http://{alone.host}{path}")
    return answer.status, answer.data.decode()


def test_an_event_reaches_who_listens(tmp_path: Path) -> None:
    with serving(tmp_path) as alone, listener(alone.socket_url) as client:
        assert publish(alone.host, FIRST, "said") == (200, "{}")
        assert client.receive() == {"event": "said", "channel": "news", "data": {}}


@pytest.mark.parametrize("bind", ["localhost:0", "[::1]:0", "0"])
def test_it_listens_at_names_ipv6_and_free_ports(bind: str, tmp_path: Path) -> None:
    with serving(tmp_path, bind=bind) as alone, listener(alone.socket_url):
        assert page(alone, "/healthz") == (200, "ok\n")


def test_apps_are_apart(tmp_path: Path) -> None:
    with serving(tmp_path, "--app", spec(SECOND)) as alone:
        other_url = f"ws://{alone.host}/app/{SECOND.key}"
        with (
            listener(f"ws://{alone.host}/app/{FIRST.key}") as first,
            listener(other_url) as second,
        ):
            assert publish(alone.host, FIRST, "for-first") == (200, "{}")
            assert publish(alone.host, SECOND, "for-second") == (200, "{}")
            assert first.receive()["event"] == "for-first"
            assert second.receive()["event"] == "for-second"
            assert publish(alone.host, FIRST, "forged", signer=SECOND)[0] == 401
            assert publish(alone.host, SECOND, "forged", signer=FIRST)[0] == 401
            publish(alone.host, FIRST, "last")
            publish(alone.host, SECOND, "last")
            assert first.receive()["event"] == "last"
            assert second.receive()["event"] == "last"


def test_every_feature_is_on(tmp_path: Path) -> None:
    with serving(tmp_path, counts=True) as alone, listener(alone.socket_url) as client:
        assert client.receive() == {
            "event": "pusher_internal:subscription_count",
            "channel": "news",
            "data": {"subscription_count": 1},
        }


def test_pages_of_every_origin_may_connect(tmp_path: Path) -> None:
    with (
        serving(tmp_path) as alone,
        connect(f"{alone.socket_url}?protocol=7", origin="https://www.example.com") as connection,
    ):
        Client(connection).established()


def test_origins_can_be_named(tmp_path: Path) -> None:
    with serving(tmp_path, "--origin", "https://www.example.com") as alone:
        url = f"{alone.socket_url}?protocol=7"
        with connect(url, origin="https://www.example.com") as own:
            Client(own).established()
        with connect(url, origin="https://evil.example") as other:
            error = Client(other).error()
    assert error["code"] == 4009
    assert "--origin" in error["message"]


def test_a_file_and_the_environment_are_read(tmp_path: Path) -> None:
    (tmp_path / "onair.toml").write_text(
        'bind = "nowhere"\n[[apps]]\nid = "9"\nkey = "file-key"\nsecret = "file-secret"\n'
    )
    arguments = ("serve", "--config", str(tmp_path / "onair.toml"))
    with command(tmp_path, *arguments, ONAIR_BIND="127.0.0.1:0") as process:
        assert process.wait_for(r"sockets at (\S+)").endswith("/app/file-key")


@pytest.fixture(params=["lone_redis", "empty_postgres"])
def engine_url(request: pytest.FixtureRequest) -> str:
    """Nobody has made anything there."""
    return str(request.getfixturevalue(request.param))


def test_workers_share_the_apps_through_an_engine(tmp_path: Path, engine_url: str) -> None:
    with (
        serving(tmp_path, "--workers", "2", "--engine", engine_url) as alone,
        listeners_in_each([alone.socket_url], [alone.process], 2) as clients,
    ):
        assert publish(alone.host, FIRST, "said") == (200, "{}")
        for client in clients.values():
            assert client.receive() == {"event": "said", "channel": "news", "data": {}}
        alone.process.signal(signal.SIGTERM)
        assert {client.close_code() for client in clients.values()} == {4200}
        assert alone.process.exit_code() == 0
        assert alone.process.written.count("On air") == 1
        assert "tried again" not in alone.process.written


def test_servers_share_the_apps_through_an_engine(tmp_path: Path, engine_url: str) -> None:
    with (
        serving(tmp_path, ONAIR_ENGINE=engine_url) as one,
        serving(tmp_path, ONAIR_ENGINE=engine_url) as other,
        listener(other.socket_url) as client,
    ):
        assert publish(one.host, FIRST, "said") == (200, "{}")
        assert client.receive()["event"] == "said"


def test_metrics_are_switched_on(tmp_path: Path) -> None:
    with serving(tmp_path, "--metrics") as alone, listener(alone.socket_url):
        status, text = page(alone, "/metrics")
        assert status == 200
        assert 'onair_connections{app="1"} 1.0\n' in text
    with serving(tmp_path) as alone:
        assert page(alone, "/metrics")[0] == 404


def test_notices_are_posted_to_webhooks_the_last_ones_at_the_end(tmp_path: Path) -> None:
    with receiving() as receiver:
        hooked = ("--app", spec(HOOKED), "--webhook", receiver.url, "--metrics")
        with serving(tmp_path, *hooked) as alone, listener(f"ws://{alone.host}/app/{HOOKED.key}"):
            assert receiver.next().events == [{"name": "channel_occupied", "channel": "news"}]
            sent = 'onair_webhook_events_total{app="42",outcome="sent"} 1.0\n'
            wait_until(lambda: sent in page(alone, "/metrics")[1], "the answer has arrived")
            receiver.answer = lambda request: 410 if alone.process.ends_within(0.5) else 200
            alone.process.signal(signal.SIGTERM)
            last = receiver.next()
            assert (last.events, last.status) == ([{"name": "channel_vacated", "channel": "news"}], 200)
            assert alone.process.exit_code() == 0


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """A certificate for 127.0.0.1 that signed itself, and its key."""
    return self_signed(tmp_path_factory.mktemp("tls"))


def test_tls_serves_sockets_and_requests(certificate: Files, tmp_path: Path) -> None:
    paths = [str(path) for path in certificate]
    trust = trusting(certificate.certificate)
    with (
        serving(tmp_path, "--tls-certificate", paths[0], "--tls-key", paths[1]) as alone,
        connect(f"{alone.socket_url}?protocol=7", ssl=trust) as connection,
        urllib3.PoolManager(ssl_context=trust) as pool,
    ):
        assert alone.socket_url.startswith("wss://")
        client = Client(connection)
        client.established()
        client.subscribe("news")
        body = b'{"name": "said", "channel": "news", "data": "{}"}'
        answer = pool.request("POST", f"https://{alone.host}{signed_path(FIRST, 'events', body)}", body=body)
        assert answer.status == 200
        assert client.receive()["event"] == "said"
        alone.process.signal(signal.SIGTERM)
        assert client.close_code() == 4200


def test_a_key_with_a_password_is_refused_and_nothing_is_asked(certificate: Files, tmp_path: Path) -> None:
    locked = tmp_path / "locked.pem"
    locked.write_bytes(written(new_key(), b"word"))
    arguments = ("--tls-certificate", str(certificate[0]), "--tls-key", str(locked))
    with command(tmp_path, "serve", "--app", spec(FIRST), *arguments) as process:
        assert process.exit_code() == 2
        assert "onair: --tls-certificate: the key has a password" in process.written


def test_a_key_of_another_certificate_is_refused(certificate: Files, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    other.write_bytes(written(new_key()))
    arguments = ("--tls-certificate", str(certificate[0]), "--tls-key", str(other))
    with command(tmp_path, "serve", "--app", spec(FIRST), *arguments) as process:
        assert process.exit_code() == 2
        assert "certificate and key do not go together" in process.written


def test_a_certificate_without_its_key_asks_for_the_key(certificate: Files, tmp_path: Path) -> None:
    arguments = ("--tls-certificate", str(certificate[0]))
    with command(tmp_path, "serve", "--app", spec(FIRST), *arguments) as process:
        assert process.exit_code() == 2
        assert "name the key's file with --tls-key" in process.written


@pytest.fixture
def unix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a Unix socket can be, with a path that is short enough."""
    return tmp_path_factory.mktemp("u") / "onair.sock"


def test_a_unix_socket_is_served_and_taken_away(unix: Path, tmp_path: Path) -> None:
    with serving(tmp_path, bind=f"unix:{unix}") as alone:
        assert alone.socket_url == f"ws://unix:{unix}:/app/{FIRST.key}"
        with unix_connect(str(unix), f"ws://localhost/app/{FIRST.key}?protocol=7") as connection:
            client = Client(connection)
            client.established()
            alone.process.signal(signal.SIGTERM)
            assert client.close_code() == 4200
        assert alone.process.exit_code() == 0
    assert not unix.exists()


def test_the_file_of_a_server_that_died_is_no_hindrance_but_one_that_lives_is(
    unix: Path, tmp_path: Path
) -> None:
    with serving(tmp_path, bind=f"unix:{unix}") as alone:
        alone.process.kill()
    assert unix.is_socket()
    with serving(tmp_path, bind=f"unix:{unix}"):
        with command(tmp_path, "serve", "--app", spec(FIRST), "--bind", f"unix:{unix}") as second:
            assert second.exit_code() not in {0, 2}
            assert "stop what listens there" in second.written
        with unix_connect(str(unix), f"ws://localhost/app/{FIRST.key}?protocol=7") as connection:
            Client(connection).established()


def test_a_unix_socket_in_no_folder_is_an_error(unix: Path, tmp_path: Path) -> None:
    bind = f"unix:{unix.parent / 'nowhere' / 'onair.sock'}"
    with command(tmp_path, "serve", "--app", spec(FIRST), "--bind", bind) as process:
        assert process.exit_code() not in {0, 2}
        assert "cannot listen at" in process.written
        assert "make its folder" in process.written
        assert "Traceback" not in process.written


def test_a_unix_socket_in_a_closed_folder_is_an_error(tmp_path: Path) -> None:
    """No user can make a file in /sys, not even root, to whom every other folder is open."""
    with command(tmp_path, "serve", "--app", spec(FIRST), "--bind", "unix:/sys/onair.sock") as process:
        assert process.exit_code() not in {0, 2}
        assert "cannot listen at" in process.written
        assert "Traceback" not in process.written


@contextmanager
def listeners(alone: Alone) -> Iterator[list[Client]]:
    with ExitStack() as stack:
        yield [stack.enter_context(listener(alone.socket_url)) for _ in range(SOCKETS)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_a_signal_closes_the_sockets_in_turn_and_a_second_one_at_once(
    number: signal.Signals, tmp_path: Path
) -> None:
    with serving(tmp_path, "--drain", LONG) as alone, listeners(alone) as clients:
        alone.process.signal(number)
        alone.process.wait_for(rf"Sockets to close in turn: {SOCKETS}\.")
        assert page(alone, "/readyz")[0] == 503
        with connect(f"{alone.socket_url}?protocol=7") as late:
            assert Client(late).close_code() == 4100
        assert publish(alone.host, FIRST, "late") == (200, "{}")
        alone.process.signal(number)
        ends = [client.end() for client in clients]
        assert {code for _, code in ends} == {4200}
        assert 0 < sum("late" in events for events, _ in ends) < SOCKETS
        assert alone.process.exit_code() == 0
        assert "Traceback" not in alone.process.written


def test_a_drain_ends_by_itself(tmp_path: Path) -> None:
    with serving(tmp_path, "--drain", "0.5") as alone, listeners(alone) as clients:
        alone.process.signal(signal.SIGTERM)
        assert {code for _, code in map(Client.end, clients)} == {4200}
        assert alone.process.exit_code() == 0


def test_a_third_signal_waits_for_nothing(tmp_path: Path) -> None:
    with serving(tmp_path, "--drain", LONG) as alone:
        host, port = alone.host.split(":")
        with socket.create_connection((host, int(port))) as stuck, listeners(alone):
            stuck.sendall(b"POST /apps/1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n")
            alone.process.signal(signal.SIGTERM)
            alone.process.wait_for("Sockets to close in turn")
            alone.process.signal(signal.SIGTERM)
            alone.process.signal(signal.SIGINT)
            assert alone.process.exit_code() == 0
            assert "Traceback" not in alone.process.written
