"""An app: its id, its credentials and its limits."""

from __future__ import annotations

from dataclasses import dataclass, field, fields


@dataclass(frozen=True, slots=True)
class Credential:
    """A key, which is public, and the secret that signs in its name."""

    key: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one app allows. Sizes are in bytes; each limit is at least 1.

    ``connections`` is None where only the machine limits them.
    """

    event_bytes: int = 102_400
    client_message_bytes: int = 10_240
    channels_per_connection: int = 200
    client_events_per_second: int = 10
    connections: int | None = None

    def __post_init__(self) -> None:
        for limit in fields(self):
            value = getattr(self, limit.name)
            if value is not None and value < 1:
                raise ValueError(f"The limit {limit.name} is {value}, and must be at least 1")


@dataclass(frozen=True, slots=True)
class App:
    """One app of the server.

    The first credential is the current one, which signs; the others stay valid (SECRET_KEY_FALLBACKS).
    ``client_events`` switches them on; ``activity_timeout`` is in seconds (P-ACT).
    """

    id: str
    credentials: tuple[Credential, ...]
    limits: Limits = Limits()
    client_events: bool = False
    activity_timeout: int = 120

    def __post_init__(self) -> None:
        if not self.credentials:
            raise ValueError(f"App {self.id} has no credential: give it a key and a secret")
        if self.activity_timeout < 1:
            # P-EST: pusher-js refuses a server that says 0.
            raise ValueError(
                f"The activity timeout is {self.activity_timeout}, and must be at least 1 second"
            )

    @property
    def key(self) -> str:
        return self.credentials[0].key

    @property
    def secret(self) -> str:
        return self.credentials[0].secret

    def credential(self, key: str) -> Credential | None:
        """The credential with this key, or None."""
        for credential in self.credentials:
            if credential.key == key:
                return credential
        return None
