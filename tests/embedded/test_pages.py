"""Pages on a connection that the loop has are answered as ``runserver`` itself would."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator

from onair.embedded.pages import pages


class Body:
    """What a site answers, which wants to be closed."""

    is_closed = False

    def __iter__(self) -> Iterator[bytes]:
        return iter([b"some ", b"body"])

    def close(self) -> None:
        self.is_closed = True


class Site:
    """A WSGI application that keeps what it was asked and what it answered."""

    def __init__(self) -> None:
        self.environ: dict[str, Any] = {}
        self.body = Body()

    def __call__(self, environ: Any, start_response: Any) -> Body:
        self.environ = environ
        start_response("200 OK", [("Content-Length", "9")])
        return self.body


def ask(site: Site, *headers: tuple[bytes, bytes], event: str = "http.request") -> bytes:
    """The body that the site answers."""

    async def run() -> bytes:
        scope = {
            "type": "http",
            "method": "GET",
            "path": "/",
            "query_string": b"",
            "http_version": "1.1",
            "headers": headers,
        }
        communicator = ApplicationCommunicator(pages(site), scope)  # type: ignore[no-untyped-call]
        await communicator.send_input({"type": event})  # type: ignore[no-untyped-call]
        await communicator.wait(10)  # type: ignore[no-untyped-call]
        sent = [communicator.output_queue.get_nowait() for _ in range(communicator.output_queue.qsize())]
        return b"".join(message.get("body", b"") for message in sent)

    return asyncio.run(run())


@pytest.mark.parametrize("name", [b"x_forwarded_proto", b"x-forwarded_proto"])
def test_a_header_with_an_underscore_is_not_taken_for_one_with_a_hyphen(name: bytes) -> None:
    site = Site()
    ask(site, (name, b"https"), (b"x-forwarded-for", b"1.2.3.4"))
    assert "HTTP_X_FORWARDED_PROTO" not in site.environ
    assert site.environ["HTTP_X_FORWARDED_FOR"] == "1.2.3.4"


def test_the_answer_is_closed_behind_its_last_byte() -> None:
    site = Site()
    assert ask(site) == b"some body"
    assert site.body.is_closed


def test_a_client_that_goes_before_its_request_is_complete_is_no_error() -> None:
    site = Site()
    assert ask(site, event="http.disconnect") == b""
    assert site.environ == {}
