"""The Pusher Channels protocol, version 7, as pure data and state machines.

Nothing here knows Django, asyncio, a clock or randomness: the time and a socket's id are passed in, and what
is to be done comes out as values. Comments such as P-SID name a rule of the protocol; so do the tests.
Whatever a client sends, only a :class:`~onair.protocol.errors.ProtocolError` is raised.
"""

from __future__ import annotations
