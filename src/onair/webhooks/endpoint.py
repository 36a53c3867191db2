"""One webhook's URL, and the thread that posts to it."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from random import random
from time import monotonic
from urllib.parse import unquote

import msgspec
import urllib3
from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError, ReadTimeoutError
from urllib3.util import parse_url

from onair.protocol.app import App, Webhook
from onair.protocol.notices import ClientEventSent, Notice
from onair.webhooks.counters import Counters
from onair.webhooks.post import Post, make_post
from onair.webhooks.schedule import Delivery, Outcome, Pace, Schedule
from onair.webhooks.worker import Worker

logger = logging.getLogger("onair.webhooks")

#: Answers of what stands before a receiver that is down, or of one that has too much to do.
_OF_NOBODY = {429, 502, 503, 504}

#: The room that a notice takes beside the data of a client's event, roughly.
_NOTICE_BYTES = 250

#: Characters of an answer that the log shows.
_SHOWN = 200

#: Bytes of an answer that are read; a longer one ends its connection.
_READ = 64 * 1024


def size_of(notice: Notice) -> int:
    """How much room a notice takes in an inbox, roughly, in bytes."""
    return _NOTICE_BYTES + (len(notice.data) if isinstance(notice, ClientEventSent) else 0)


class Endpoint(Worker[Notice]):
    """Posts an app's notices to one URL. At the end, each request that waits is tried once more.

    Args:
        app: Whose current credential signs.
        webhook: The URL, and what is posted to it.
        pace: How long things take.
    """

    def __init__(self, app: App, webhook: Webhook, pace: Pace) -> None:
        super().__init__("onair-webhook")
        self._notices = webhook.notices
        self._credential = app.credentials[0]
        self._pace = pace
        self._schedule = Schedule(self._make, batch=webhook.batch, chance=random, pace=pace)
        self._reported = Counters()
        self._said: set[str] = set()  # what was logged since all was well
        url = parse_url(webhook.url)
        self._target = url.request_uri
        self._login = urllib3.make_headers(basic_auth=unquote(url.auth)) if url.auth else {}
        self._address = f"{url.scheme}://{url.netloc}{url.path or ''}"  # a query may hold a secret
        self._pool = urllib3.connection_from_url(webhook.url, maxsize=1, retries=False)

    @property
    def counters(self) -> Counters:
        """What became of the notices. From any thread."""
        return self._schedule.counters + Counters(dropped=self._inbox.dropped)

    def wants(self, name: str) -> bool:
        """Whether notices of this name are posted here: the others go into no body and no signature."""
        return name in self._notices

    def put(self, notice: Notice) -> None:
        """Post a notice soon. Neither waits nor raises."""
        self._leave(notice, size_of(notice))

    def _work(self) -> None:
        self._take(self._schedule.wait(monotonic()))
        delivery = self._schedule.next(monotonic())
        if delivery is not None:
            self._deliver(delivery)
        self._report()

    def _drain(self) -> None:
        self._take(0)
        for delivery in self._schedule.rest(monotonic()):
            if self._seconds_left <= 0 or self._deliver(delivery) is Outcome.DOWN:
                break
        left = self._schedule.give_up()
        if left:
            logger.error("The server stopped before %d events reached the webhook %s.", left, self._address)
        self._pool.close()

    def _take(self, timeout: float | None) -> None:
        self._schedule.add([msgspec.json.encode(notice) for notice in self._inbox.take(timeout)])

    def _make(self, events: Sequence[bytes]) -> Post:
        return make_post(self._credential, events, time_ms=time.time_ns() // 1_000_000)

    def _deliver(self, delivery: Delivery) -> Outcome:
        outcome, reason = self._try(delivery.post)
        self._schedule.settle(delivery, outcome, monotonic())
        if reason:
            self._say(
                "trouble",
                logging.WARNING,
                "The webhook %s %s. What it did not take is sent again for five minutes.",
                reason,
            )
        return outcome

    def _try(self, post: Post) -> tuple[Outcome, str]:
        """Post once. Return how it went, and what was wrong."""
        left = max(self._seconds_left, 0.001)
        limits = urllib3.Timeout(connect=min(self._pace.connect, left), read=min(self._pace.answer, left))
        headers = {**post.headers, **self._login}
        try:
            answer = self._pool.urlopen(
                "POST",
                self._target,
                post.body,
                headers,
                timeout=limits,
                redirect=False,
                preload_content=False,
            )
            body = _beginning(answer)
        except ReadTimeoutError:
            return Outcome.REFUSED, f"did not answer within {self._pace.answer:g} s"
        except HTTPError as error:
            return Outcome.DOWN, f"cannot be reached: {error}"
        if 200 <= answer.status < 300:
            return Outcome.DELIVERED, ""
        text = body[:_SHOWN].decode(errors="replace").strip()
        outcome = Outcome.DOWN if answer.status in _OF_NOBODY else Outcome.REFUSED
        return outcome, f"answered {answer.status}: {text or 'nothing'}"

    def _report(self) -> None:
        """Say of events that were lost, and when all is well again."""
        counted = self.counters
        if counted.failed > self._reported.failed:
            self._say("failed", logging.ERROR, "Events were lost: the webhook %s took none in five minutes.")
        if counted.dropped > self._reported.dropped:
            self._say("dropped", logging.ERROR, "Events were dropped: too many wait for the webhook %s.")
        if self._said and self._schedule.is_empty and counted.sent > self._reported.sent:
            self._said.clear()
            logger.info("The webhook %s takes events again.", self._address)
        self._reported = counted

    def _say(self, kind: str, level: int, message: str, *arguments: object) -> None:
        """Log one line of a kind, until everything was delivered again."""
        if kind not in self._said:
            self._said.add(kind)
            logger.log(level, message, self._address, *arguments)


def _beginning(answer: BaseHTTPResponse) -> bytes:
    """The body of an answer, or as much of it as is read: neither its length nor its packing is ours."""
    body = answer.read(_READ, decode_content=False)
    if len(body) == _READ:
        answer.close()
    answer.release_conn()
    return body
