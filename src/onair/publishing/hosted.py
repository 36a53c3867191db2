"""To hosted Pusher, by its official library, so that a project's tests that mock it go on working."""

from __future__ import annotations

import sys
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from json import JSONDecodeError
from typing import Any

from django.utils.module_loading import import_string

from onair import encryption
from onair.conf import HostedPusher
from onair.publishing.event import Outgoing
from onair.publishing.http_api import BATCH, BATCH_SIZE, in_batches
from onair.publishing.route import TIMEOUT, NotDelivered, Refused, Unavailable
from onair.publishing.signed_client import CONNECT_TIMEOUT, error_of

INSTALL = 'pip install "django-onair[pusher]"'

#: Above which the library takes no data: it measures the text in memory, where it may have four times as many
#: bytes as on its way. What is already encoded is not measured.
_MOST_IN_MEMORY = 30_720

#: What the library's errors mean, by the names of their classes: mocks may raise others of these names.
_STATUSES = {"PusherBadRequest": 400, "PusherBadAuth": 401, "PusherForbidden": 403}

#: What to do about an answer.
_REMEDIES = {
    400: "Hosted Pusher takes 10,240 bytes of data in one event.",
    401: "Check key, secret and app id on the app's keys page, and this machine's clock.",
    403: "The app is disabled, or over its quota.",
    413: "Hosted Pusher takes 10,240 bytes of data in one event: send less, or an id to fetch the rest by.",
    429: "The app publishes more than its plan allows.",
}


@dataclass(slots=True)
class Exchange:
    """What the library has no words for: the seconds that a request may take, and a wish in its answer."""

    timeout: float = TIMEOUT
    retry_after: str | None = None


class Hosted:
    """The commercial service.

    Args:
        target: the app and its cluster.
        batch: the most events of one call of ``trigger_batch``; with 1, each event is a call of ``trigger``.
    """

    def __init__(self, target: HostedPusher, *, batch: int = BATCH) -> None:
        self._target = target
        self._batch = batch
        self._clients: dict[tuple[Callable[..., Any], bool], Any] = {}
        self._exchange = Exchange()

    def chunks(self, events: Sequence[Outgoing]) -> Iterator[Sequence[Outgoing]]:
        for plain, run in groupby(events, key=_is_plain):
            yield from in_batches(list(run), self._batch if plain else 1, BATCH_SIZE)

    def post(self, chunk: Sequence[Outgoing], timeout: float) -> None:
        self._exchange.timeout, self._exchange.retry_after = timeout, None
        with _translated(self._target, self._exchange):
            self._send(chunk)

    def close(self) -> None:
        self._clients.clear()

    def _send(self, chunk: Sequence[Outgoing]) -> None:
        client = self._client(chunk[0])
        if len(chunk) == 1 and not self._is_wide(chunk[0]):
            client.trigger(*_arguments(chunk[0]))
            return
        entries = [_entry(event, channel) for event in chunk for channel in event.channels]
        for start in range(0, len(entries), BATCH):
            client.trigger_batch(entries[start : start + BATCH], already_encoded=True)

    def _is_wide(self, event: Outgoing) -> bool:
        """Whether ``trigger`` would refuse the data for its size in memory."""
        return self._batch > 1 and _is_plain(event) and sys.getsizeof(event.text) > _MOST_IN_MEMORY

    def _client(self, event: Outgoing) -> Any:
        made_for = _client_class(event.client), event.encrypted
        if made_for not in self._clients:
            self._clients[made_for] = self._make(*made_for)
        return self._clients[made_for]

    def _make(self, client_class: Callable[..., Any], encrypted: bool) -> Any:
        if not encrypted:  # projects' tests assert what their client is made with
            return make_client(self._target, client_class, exchange=self._exchange)
        key = b64encode(encryption.master_key()).decode()
        return make_client(
            self._target, client_class, exchange=self._exchange, encryption_master_key_base64=key
        )


def make_client(
    target: HostedPusher,
    client_class: Callable[..., Any],
    *,
    exchange: Exchange | None = None,
    **options: Any,
) -> Any:
    """Return a client of the library, or of what stands in its place, for the app and its cluster.

    Args:
        exchange: bounds the time of each request, and gets what its answer asks for.
    """
    app = target.app
    if target.host:
        options["host"] = target.host
    return client_class(
        app_id=app.id,
        key=app.key,
        secret=app.secret,
        cluster=target.cluster,
        **options,
        **_backend(exchange or Exchange()),
    )


def users_of(target: HostedPusher, channel: str, timeout: float) -> list[str]:
    """Return the ids of the users on a presence channel.

    Raises:
        NotDelivered: there is no answer.
    """
    exchange = Exchange(timeout)
    with _translated(target, exchange):
        client = make_client(target, _client_class(None), exchange=exchange)
        return [str(user["id"]) for user in client.users_info(channel)["users"]]


@contextmanager
def _translated(target: HostedPusher, exchange: Exchange) -> Iterator[None]:
    """Raise what the library raises as what it means, NotDelivered, with its remedy."""
    try:
        yield
    except NotDelivered:
        raise
    except OSError as error:
        which = "PUSHER_HOST" if target.host else "PUSHER_CLUSTER"
        raise Unavailable(
            "hosted Pusher unreachable",
            f"Hosted Pusher does not answer: {error}. Check this machine's network and {which}.",
        ) from error
    except Exception as error:
        raise _error(error, exchange.retry_after) from error


def _error(error: Exception, retry_after: str | None) -> NotDelivered:
    kind = type(error).__name__
    message = f"Hosted Pusher refused: {kind}: {error}."
    status = _STATUSES.get(kind) or _status(str(error) if kind == "PusherBadStatus" else "")
    if status is not None:
        return error_of(status, message, _REMEDIES.get(status, "Its status page may say more."), retry_after)
    if isinstance(error, JSONDecodeError):
        return Unavailable("hosted answer", "What answers in hosted Pusher's place is no Pusher: a proxy?")
    return Refused(f"hosted {kind}", f"{message} Pusher's library checks names, sizes and the app id itself.")


def _status(message: str) -> int | None:
    """Return the status that the library's error begins with."""
    status = message.partition(":")[0]
    return int(status) if status.isdigit() else None


def _is_plain(event: Outgoing) -> bool:
    """Whether the event may be in a batch: our client, and nothing for the library to encrypt."""
    return event.client is None and not event.encrypted


def _arguments(event: Outgoing) -> tuple[Any, ...]:
    """Return what ``trigger`` gets, by position: projects' tests assert it.

    django-pusherable always called its own client with three arguments, everybody else passes four.
    """
    three = (list(event.channels), event.name, event.data)
    return three if event.client and event.socket_id is None else (*three, event.socket_id)


def _entry(event: Outgoing, channel: str) -> dict[str, Any]:
    entry = {"channel": channel, "name": event.name, "data": event.text}
    return entry | {"socket_id": event.socket_id} if event.socket_id else entry


def _client_class(named: str | Callable[..., Any] | None) -> Callable[..., Any]:
    """Look the class up now, when the event is sent: a test may have put its own in the place."""
    try:
        return import_string(named or "pusher.Pusher") if named is None or isinstance(named, str) else named
    except ImportError as error:
        raise Unavailable(
            "no pusher library", f"Hosted Pusher needs its library ({error}). Install it: {INSTALL}."
        ) from error


def _backend(exchange: Exchange) -> dict[str, Any]:
    """Return the library's backend with bounded times, and with the roots of certifi.

    Its own roots are of 2021, and it puts them over ``verify``.
    """
    try:
        import certifi
        from pusher.http import process_response
        from pusher.requests import RequestsBackend
    except ImportError:
        return {}

    class Backend(RequestsBackend):  # type: ignore[misc] # the library has no types
        def __init__(self, client: Any, **options: Any) -> None:
            super().__init__(client, **options)
            if client.ssl:
                self.options["verify"] = certifi.where()

        def send_request(self, request: Any) -> Any:
            answer = self.session.request(
                request.method,
                request.url,
                data=request.body,
                headers=request.headers,
                timeout=(min(CONNECT_TIMEOUT, exchange.timeout), exchange.timeout),
                **self.options,
            )
            exchange.retry_after = answer.headers.get("Retry-After")
            return process_response(answer.status_code, answer.text)

    return {"backend": Backend}
