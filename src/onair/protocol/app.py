"""An app: its id, its credentials and its limits."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from urllib.parse import urlsplit

from onair.protocol.notices import NOTICE_NAMES


@dataclass(frozen=True, slots=True)
class Credential:
    """A key, which is public, and the secret that signs in its name."""

    key: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one app allows. Sizes are in bytes, times in seconds; each limit is at least 1.

    ``connections`` is None where only the machine limits them. A connection may subscribe at once to twice as
    many channels as it may have, and then to ``subscriptions_per_second``. The last event of a cache channel
    is kept for ``cache_seconds``, all of them in ``cache_bytes``. What a client may have missed is kept for
    ``history_seconds``, of each channel the last ``history_events``, of all of them ``history_bytes``.
    """

    event_bytes: int = 102_400
    client_message_bytes: int = 10_240
    channels_per_connection: int = 200
    client_events_per_second: int = 10
    subscriptions_per_second: int = 20
    connections: int | None = None
    watchlist: int = 100
    cache_seconds: int = 1_800
    cache_bytes: int = 64 * 1024 * 1024
    history_seconds: int = 300
    history_events: int = 1_000
    history_bytes: int = 64 * 1024 * 1024

    def __post_init__(self) -> None:
        for limit in fields(self):
            value = getattr(self, limit.name)
            if value is not None and value < 1:
                raise ValueError(f"The limit {limit.name} is {value}, and must be at least 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Where an app's notices are posted, and which of them.

    With ``batch`` one request carries all that gathered; without it each notice has a request of its own.
    """

    url: str
    notices: frozenset[str] = NOTICE_NAMES
    batch: bool = True

    def __post_init__(self) -> None:
        if urlsplit(self.url).scheme not in {"http", "https"} or not urlsplit(self.url).hostname:
            raise ValueError(
                f"Webhook {self.url} is no address: it begins with http:// or https:// and names a host"
            )
        if unknown := sorted(self.notices - NOTICE_NAMES):
            names = ", ".join(sorted(NOTICE_NAMES))
            raise ValueError(f"Webhook {self.url} wants {', '.join(unknown)}: the names are {names}")


@dataclass(frozen=True, slots=True)
class App:
    """One app of the server.

    The first credential is the current one, which signs; the others stay valid (SECRET_KEY_FALLBACKS).
    An app that is not ``enabled`` takes neither connections nor requests. ``client_events`` and
    ``subscription_counts`` switch them on. ``activity_timeout`` is in seconds (P-ACT), and so is
    ``authorization_timeout``: a connection that has neither signed in nor joined a channel that needs an
    authorisation by then is closed; None lets it be.
    """

    id: str
    credentials: tuple[Credential, ...]
    limits: Limits = Limits()
    client_events: bool = False
    activity_timeout: int = 120
    enabled: bool = True
    subscription_counts: bool = False
    authorization_timeout: int | None = None
    webhooks: tuple[Webhook, ...] = ()

    def __post_init__(self) -> None:
        if not self.credentials:
            raise ValueError(f"App {self.id} has no credential: give it a key and a secret")
        if self.activity_timeout < 1:
            # P-EST: pusher-js refuses a server that says 0.
            raise ValueError(
                f"The activity timeout is {self.activity_timeout}, and must be at least 1 second"
            )
        if self.authorization_timeout is not None and self.authorization_timeout < 1:
            raise ValueError(
                f"The authorization timeout is {self.authorization_timeout}: set at least 1 second, or None"
            )

    @property
    def key(self) -> str:
        return self.credentials[0].key

    @property
    def secret(self) -> str:
        return self.credentials[0].secret

    @property
    def shared_name(self) -> str:
        """What tells this app from every other one where servers share theirs: many are called ``1``."""
        return f"{self.id}-{self.key}"

    def credential(self, key: str) -> Credential | None:
        """The credential with this key, or None."""
        for credential in self.credentials:
            if credential.key == key:
                return credential
        return None
