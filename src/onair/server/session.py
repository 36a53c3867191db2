"""What one client is, whatever carries it."""

from __future__ import annotations

import logging
import secrets
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import TYPE_CHECKING, Any

from onair.engines.node import Node
from onair.protocol import frames, messages
from onair.protocol.app import Limits
from onair.protocol.connection import (
    ClientEvent,
    Close,
    Connection,
    Output,
    Send,
    SignIn,
    Subscribe,
    Unsubscribe,
)
from onair.protocol.errors import OverCapacity, ProtocolError, Reconnect

if TYPE_CHECKING:
    from onair.server.server import Handshake, ServedApp, Server

logger = logging.getLogger("onair.server")

#: RFC 6455, 7.4.1: close codes for what is wrong below the protocol's messages.
UNSUPPORTED_DATA = 1003
INVALID_TEXT = 1007
TOO_LARGE = 1009
INTERNAL_ERROR = 1011

#: What holds for a client that was refused.
_REFUSED = Limits()

_NUMBER_BITS = 53  # a number of JavaScript, should a client take the halves for numbers
_NUMBERS = 1 << _NUMBER_BITS


def new_socket_id() -> str:
    """A random id: it is the nonce of every signature, so nobody may guess another's (P-SID)."""
    first, second = divmod(secrets.randbits(2 * _NUMBER_BITS), _NUMBERS)  # one call of the system for both
    return f"{first}.{second}"


class Session(ABC):
    """Joins one connection's state, its app's node and a transport.

    The transport is a subclass. It sets ``write``, then calls :meth:`open`, :meth:`receive` for each message,
    and :meth:`lost` when it has gone. The hub knows a session as its listener. All that the core decides
    passes through :meth:`_perform`, and nobody else writes.
    """

    __slots__ = ("_connection", "_served", "server", "socket_id", "write")

    #: Writes whole, unmasked WebSocket frames; never waits, and never raises while the session is open.
    write: Callable[[bytes], object]

    def __init__(self, server: Server) -> None:
        self.server = server
        self.socket_id = ""
        self._served: ServedApp | None = None
        self._connection: Connection | None = None

    @property
    def is_open(self) -> bool:
        """Whether the session takes part: it was accepted, and has neither closed nor gone."""
        return self._connection is not None

    def open(self, handshake: Handshake) -> None:
        """Take part, or be refused: told why, and closed with the reason's code (P-ERRH)."""
        try:
            self._join(handshake)
        except ProtocolError as error:
            self.close(error, linger=0 if error.code == OverCapacity.code else None)
        except Exception:
            self.fail()

    def receive(self, payload: bytes) -> None:
        """Take one text message of the client."""
        if self._connection is None:
            return
        if len(payload) > self.message_limit:
            self.shut(TOO_LARGE, f"A message has at most {self.message_limit} bytes")
            return
        try:
            if not payload.isascii():
                payload.decode()
            self._perform(self._connection.receive(payload, monotonic()))
        except UnicodeDecodeError:
            self.shut(INVALID_TEXT, "The message is not UTF-8")
        except Exception:
            self.fail()

    def heard(self) -> None:
        """Take note of a control frame: the client lives."""
        if self._connection is not None:
            self._connection.heard(monotonic())

    def check(self, now: float) -> None:
        """Ask an idle client for a sign of life, and give up one that gave none.

        Args:
            now: Seconds of the monotonic clock.
        """
        if self._connection is None:
            return
        try:
            self._perform(self._connection.check(now))
        except Exception:
            self.fail()

    def close(self, error: ProtocolError, *, linger: float | None = None) -> None:
        """Tell the client why, and close with the error's code.

        Args:
            error: The reason; one after which a connection should stay closes as an internal error, since
                pusher-js never comes back after its code.
            linger: Seconds that the client has to go by itself; the server's usual time if None.
        """
        self.write(frames.text(messages.error(error)))
        code = error.code if error.code and error.reconnect is not Reconnect.STAY else INTERNAL_ERROR
        self.shut(code, error.message, linger=linger)

    def fail(self) -> None:
        """Log the exception at hand, and close without details, which may not be the client's business."""
        logger.exception("An unexpected error closes socket %s", self.socket_id)
        self.shut(INTERNAL_ERROR)

    def shut(self, code: int, reason: str = "", *, linger: float | None = None) -> None:
        """Leave everything, and close the transport with a WebSocket close code."""
        self.server.counters.closes[self.app_id, code] += 1
        self._leave()
        self.server.watch.closing(self, self.server.watch.timings.linger if linger is None else linger)
        self._shut(code, reason)

    def lost(self) -> None:
        """The transport has gone, or its client will send no more."""
        self._leave()
        self.server.watch.gone(self)

    def expelled(self, channel: str) -> None:
        """The hub has taken this session out of a channel."""
        if self._connection is not None:
            self._connection.expelled(channel)

    @property
    def app_id(self) -> str:
        """The id of the app; empty while the client is not accepted, and where it never was."""
        return "" if self._served is None else self._served.app.id

    @property
    def connection(self) -> Connection | None:
        """What the protocol knows of the client; None while it takes no part."""
        return self._connection

    @property
    def message_limit(self) -> int:
        """The bytes that one message of the client may have."""
        return self._limits.client_message_bytes

    @property
    def event_limit(self) -> int:
        """The bytes that the data of one event may have."""
        return self._limits.event_bytes

    @abstractmethod
    def waiting(self) -> int:
        """How many bytes the transport has not passed on yet."""

    @abstractmethod
    def abort(self) -> None:
        """Give up a transport that did not go by itself in time, with what it may hold."""

    @abstractmethod
    def _shut(self, code: int, reason: str) -> None:
        """Send a close frame behind what waits, and let the transport go when the client has answered."""

    def _join(self, handshake: Handshake) -> None:
        served, credential = self.server.admit(handshake)
        self.socket_id = new_socket_id()
        self._served = served
        self._connection = Connection(served.app, credential, self.socket_id, now=monotonic())
        served.sessions[self.socket_id] = self
        self.server.watch.add(self)
        self._perform(self._connection.open())

    def _leave(self) -> None:
        connection, served = self._connection, self._served
        if connection is None or served is None:
            return
        self._connection = None
        del served.sessions[self.socket_id]
        self.server.watch.leave(self)
        served.node.disconnect(self, connection.subscriptions)

    def _perform(self, outputs: Sequence[Output]) -> None:
        for output in outputs:
            _PERFORM[type(output)](self, output)

    def _send(self, output: Send) -> None:
        self.write(frames.text(output.payload))

    def _subscribe(self, output: Subscribe) -> None:
        self._node.subscribe(self, output.channel, output.member, output.resume)

    def _unsubscribe(self, output: Unsubscribe) -> None:
        self._node.unsubscribe(self, output.channel)

    def _client_event(self, output: ClientEvent) -> None:
        self._node.client_event(self, output)

    def _sign_in(self, output: SignIn) -> None:
        self._node.sign_in(self, output.user)

    def _close(self, output: Close) -> None:
        self.close(output.error)

    @property
    def _limits(self) -> Limits:
        return _REFUSED if self._served is None else self._served.app.limits

    @property
    def _node(self) -> Node:
        assert self._served is not None
        return self._served.node


_PERFORM: Mapping[type[Output], Callable[[Session, Any], None]] = {
    Send: Session._send,
    Subscribe: Session._subscribe,
    Unsubscribe: Session._unsubscribe,
    ClientEvent: Session._client_event,
    SignIn: Session._sign_in,
    Close: Session._close,
}
