"""What is posted, as Pusher's Python library reads it."""

from __future__ import annotations

import json
import time

import pusher

from onair.webhooks.post import make_post
from tests.webhooks.receiver import APP


def test_a_post_is_what_the_official_library_takes_and_nothing_else_is() -> None:
    now_ms = time.time_ns() // 1_000_000
    post = make_post(APP.credentials[0], [b'{"name":"a"}', b'{"name":"b"}'], time_ms=now_ms)
    library = pusher.Pusher(app_id=APP.id, key=APP.key, secret=APP.secret)
    key, signature = post.headers["X-Pusher-Key"], post.headers["X-Pusher-Signature"]
    read = library.validate_webhook(key, signature, post.body.decode())
    assert read == {"time_ms": now_ms, "events": [{"name": "a"}, {"name": "b"}]} == json.loads(post.body)
    assert library.validate_webhook(key, signature, post.body.decode() + " ") is None
    assert library.validate_webhook("old-key", signature, post.body.decode()) is None


def test_a_body_is_as_old_as_it_says() -> None:
    post = make_post(APP.credentials[0], [b"{}"], time_ms=1)
    library = pusher.Pusher(app_id=APP.id, key=APP.key, secret=APP.secret)
    assert library.validate_webhook(APP.key, post.headers["X-Pusher-Signature"], post.body.decode()) is None
