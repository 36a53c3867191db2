"""What a process with sockets answers, and says by itself."""

from __future__ import annotations

import gc

import pytest

from onair.embedded import questions
from onair.protocol.app import App, Credential
from onair.server.origins import OriginPolicy
from onair.server.server import ServedApp, Server

APP = App(id="7", credentials=(Credential(key="key", secret="secret"),))


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> ServedApp:
    for table in ("_answerers", "_sayings"):
        monkeypatch.setattr(questions, table, {})
    monkeypatch.setattr(questions, "_server", None)
    server = Server([APP], origins=OriginPolicy(["*"]))
    questions.connect(server)
    return server.served["7"]


def answer(served: ServedApp, name: str) -> bytes | None:
    assert served.answer is not None
    return served.answer(name, {"n": "1"})


def test_an_answerer_gets_the_parameters(served: ServedApp) -> None:
    questions.add("echo", lambda parameters: parameters["n"].encode())
    assert answer(served, "echo") == b"1"


def test_nobody_answers_what_nobody_knows(served: ServedApp) -> None:
    assert answer(served, "echo") is None


def test_one_that_fails_is_logged_and_has_no_answer(
    served: ServedApp, caplog: pytest.LogCaptureFixture
) -> None:
    questions.add("bad", lambda parameters: parameters["missing"].encode())
    assert answer(served, "bad") is None
    assert "'bad' could not be answered" in caplog.text


def test_all_that_is_to_be_said_is_said_though_some_of_it_fails(
    served: ServedApp, caplog: pytest.LogCaptureFixture
) -> None:
    questions.say("one", lambda: 1)
    questions.say("bad", lambda: 1 / 0)
    questions.say("two", lambda: [2])
    assert served.about() == {"one": 1, "two": [2]}
    assert "'bad' could not be said" in caplog.text


def test_a_server_is_found_as_long_as_somebody_has_it(served: ServedApp) -> None:
    server = questions.find_server()
    assert server is not None
    assert server.served["7"] is served


def test_a_server_that_nobody_has_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "_server", None)
    questions.connect(Server([APP], origins=OriginPolicy(["*"])))
    gc.collect()
    assert questions.find_server() is None
