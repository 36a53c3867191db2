"""Which addresses are the fallback's."""

from __future__ import annotations

import pytest

from onair.server.fallback.paths import FallbackPath, split

PATHS = {
    "/pusher/app/key/7/abc0defg/xhr": ("/pusher/app/key/7/abc0defg", "/pusher/app/key", "xhr"),
    "/app/key/0/a/xhr_streaming": ("/app/key/0/a", "/app/key", "xhr_streaming"),
    "/a/b/app/key/999/a-b_C/xhr_send": ("/a/b/app/key/999/a-b_C", "/a/b/app/key", "xhr_send"),
    "/app/app/app/1/app/xhr": ("/app/app/app/1/app", "/app/app/app", "xhr"),
}

OTHERS = [
    "/app/key",
    "/app/key/7/abc0defg",
    "/app/key/7/abc0defg/",
    "/app/key/7/abc0defg/websocket",
    "/app/key/7/abc0defg/xhr/",
    "/app/key/7000/abc0defg/xhr",
    "/app/key/x/abc0defg/xhr",
    "/app/key/7/abc.defg/xhr",
    "/app/key/7/" + "a" * 65 + "/xhr",
    "/app//7/abc0defg/xhr",
    "/apps/1/7/abc0defg/xhr",
    "app/key/7/abc0defg/xhr",
]


@pytest.mark.parametrize("path", PATHS)
def test_a_path_is_split_into_session_socket_and_endpoint(path: str) -> None:
    assert split(path) == FallbackPath(*PATHS[path])


@pytest.mark.parametrize("path", OTHERS)
def test_another_path_is_none(path: str) -> None:
    assert split(path) is None
