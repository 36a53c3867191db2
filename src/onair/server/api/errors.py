"""What a request of the HTTP API can do wrong, beside what the protocol itself does not allow."""

from __future__ import annotations

from collections.abc import Iterable

from onair.protocol.errors import ProtocolError, shortened


class NotFound(ProtocolError):
    """No app, or nothing of the app, is at this path."""

    status = 404


class MethodNotAllowed(ProtocolError):
    """Something is at this path, for other methods; ``allowed`` lists them."""

    status = 405

    def __init__(self, method: str, path: str, allowed: Iterable[str]) -> None:
        self.allowed = ", ".join(sorted(allowed))
        super().__init__(f"{method} is not known here: {self.allowed} to {path}")


class RequestTooLarge(ProtocolError):
    """The body is longer than any that can be carried out."""

    status = 413

    def __init__(self, limit: int) -> None:
        super().__init__(f"The request has more than {limit:,} bytes: send fewer or smaller events")


class HandedTooMuch(ProtocolError):
    """The site's code has not done yet what was handed over to it before."""

    status = 503

    def __init__(self) -> None:
        super().__init__("The site's code is behind with what was handed over before: try again in a moment")


class EngineAway(ProtocolError):
    """What the processes share cannot be reached."""

    status = 503

    def __init__(self, error: Exception) -> None:
        super().__init__(f"What the server's processes share is away, so try again in a moment: {error}")


class EventTooLarge(ProtocolError):
    """The data of an event is longer than the app allows."""

    status = 413

    def __init__(self, event: str, size: int, limit: int) -> None:
        super().__init__(
            f"The data of event {shortened(event)} has {size:,} bytes, and {limit:,} are allowed: "
            "publish less (an id, which the page fetches), or raise the server's limit: "
            "ONAIR['MAX_EVENT_SIZE'], and event_bytes of a server alone"
        )


class UnknownAttribute(ProtocolError):
    """``info`` asks for something that is not known at all, or not here."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"Attribute {shortened(name)} in info is not known here: {', '.join(known)} are")


class AttributeNotApplicable(ProtocolError):
    """``info`` asks for something that channels of this kind do not have."""

    def __init__(self, name: str, needed: str, remedy: str) -> None:
        super().__init__(f"Attribute {name} in info is for {needed} channels alone: {remedy}")


class NotPresence(ProtocolError):
    """The users of a channel that has none."""

    def __init__(self, channel: str) -> None:
        super().__init__(
            f"Channel {channel} has no users: only channels whose names begin with presence- have"
        )
