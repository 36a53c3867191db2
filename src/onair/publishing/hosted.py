"""To hosted Pusher, by its official library, so that a project's tests that mock it go on working."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Any

from django.utils.module_loading import import_string

from onair import encryption
from onair.conf import HostedPusher
from onair.publishing.event import Outgoing
from onair.publishing.http_api import BATCH, BATCH_SIZE, in_batches
from onair.publishing.route import NotDelivered, Refused, Unavailable

INSTALL = 'pip install "django-onair[pusher]"'

#: Errors that no event is the reason for.
_OF_THE_APP = {"PusherBadAuth", "PusherForbidden"}

#: What to do about an error of the library, by the name of its class.
_REMEDIES = {
    "PusherBadAuth": "Check key, secret and app id on the app's keys page, and this machine's clock.",
    "PusherForbidden": "The app is disabled, or over its quota.",
    "PusherBadRequest": "Hosted Pusher takes 10,240 bytes of data in one event.",
}


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

    def chunks(self, events: Sequence[Outgoing]) -> Iterator[Sequence[Outgoing]]:
        for plain, run in groupby(events, key=_is_plain):
            yield from in_batches(list(run), self._batch if plain else 1, BATCH_SIZE)

    def post(self, chunk: Sequence[Outgoing], timeout: float) -> None:
        """Send the part. The library has its own time limit, of 5 seconds."""
        try:
            self._send(chunk)
        except NotDelivered:
            raise
        except OSError as error:
            which = "PUSHER_HOST" if self._target.host else "PUSHER_CLUSTER"
            raise Unavailable(
                "hosted Pusher unreachable",
                f"Hosted Pusher does not answer: {error}. Check this machine's network and {which}.",
            ) from error
        except Exception as error:
            raise _error(type(error).__name__, error) from error

    def close(self) -> None:
        self._clients.clear()

    def _send(self, chunk: Sequence[Outgoing]) -> None:
        client = self._client(chunk[0])
        if len(chunk) == 1:
            client.trigger(*_arguments(chunk[0]))
        else:
            client.trigger_batch([_entry(event) for event in chunk], already_encoded=True)

    def _client(self, event: Outgoing) -> Any:
        made_for = _client_class(event.client), event.encrypted
        if made_for not in self._clients:
            self._clients[made_for] = self._make(*made_for)
        return self._clients[made_for]

    def _make(self, client_class: Callable[..., Any], encrypted: bool) -> Any:
        if not encrypted:  # projects' tests assert what their client is made with
            return make_client(self._target, client_class)
        key = b64encode(encryption.master_key()).decode()
        return make_client(self._target, client_class, encryption_master_key_base64=key)


def make_client(target: HostedPusher, client_class: Callable[..., Any], **options: Any) -> Any:
    """Return a client of the library, or of what stands in its place, for the app and its cluster."""
    app = target.app
    if target.host:
        options["host"] = target.host
    return client_class(
        app_id=app.id, key=app.key, secret=app.secret, cluster=target.cluster, **options, **_backend()
    )


def _error(kind: str, error: Exception) -> NotDelivered:
    remedy = _REMEDIES.get(kind, "See the documents of the pusher library.")
    whose = Unavailable if kind in _OF_THE_APP else Refused
    return whose(f"hosted {kind}", f"Hosted Pusher refused: {kind}: {error}. {remedy}")


def _is_plain(event: Outgoing) -> bool:
    """Whether the event may be in a batch: our client, and nothing for the library to encrypt."""
    return event.client is None and not event.encrypted


def _arguments(event: Outgoing) -> tuple[Any, ...]:
    """Return what ``trigger`` gets, by position: projects' tests assert it.

    django-pusherable always called its own client with three arguments, everybody else passes four.
    """
    three = (list(event.channels), event.name, event.data)
    return three if event.client and event.socket_id is None else (*three, event.socket_id)


def _entry(event: Outgoing) -> dict[str, Any]:
    entry = {"channel": event.channels[0], "name": event.name, "data": event.text}
    return entry | {"socket_id": event.socket_id} if event.socket_id else entry


def _client_class(named: str | Callable[..., Any] | None) -> Callable[..., Any]:
    """Look the class up now, when the event is sent: a test may have put its own in the place."""
    try:
        return import_string(named or "pusher.Pusher") if named is None or isinstance(named, str) else named
    except ImportError as error:
        raise Unavailable(
            "no pusher library", f"Hosted Pusher needs its library ({error}). Install it: {INSTALL}."
        ) from error


def _backend() -> dict[str, Any]:
    """Return the library's backend with the roots of certifi: its own are of 2021, over ``verify``."""
    try:
        import certifi
        from pusher.requests import RequestsBackend
    except ImportError:
        return {}

    class Backend(RequestsBackend):  # type: ignore[misc] # the library has no types
        def __init__(self, client: Any, **options: Any) -> None:
            super().__init__(client, **options)
            if client.ssl:
                self.options["verify"] = certifi.where()

    return {"backend": Backend}
