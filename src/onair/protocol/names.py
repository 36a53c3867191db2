"""Names: of channels and their kinds, events, users and sockets."""

from __future__ import annotations

import re
from dataclasses import dataclass

from onair.protocol.errors import BadChannel, BadEventName, BadSocketId, BadUserId, shortened

MAX_NAME_LENGTH = 200

CLIENT_EVENT_PREFIX = "client-"
SERVER_TO_USER_PREFIX = "#server-to-user-"

#: The channels of live regions: the site itself speaks to who listens there.
LIVE_PREFIX = "private-onair-live-"

RESERVED_EVENT_PREFIXES = ("pusher:", "pusher_internal:")

# P-NAME, P-USER. No "#": the protocol keeps it for its own channels.
_NAME = re.compile(rf"[A-Za-z0-9_\-=@,.;]{{1,{MAX_NAME_LENGTH}}}")
_SOCKET_ID = re.compile(r"[0-9]+\.[0-9]+")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelKind:
    """What a channel's prefix says about it (P-CH).

    An ``internal`` one is the site's own matter: applications are told nothing of it, and cannot list it.
    Of an ``attended`` one the site itself is told who comes and goes.
    """

    prefix: str
    needs_auth: bool = False
    needs_user: bool = False
    has_members: bool = False
    encrypted: bool = False
    cached: bool = False
    client_events: bool = False
    internal: bool = False
    attended: bool = False


PUBLIC = ChannelKind(prefix="")

#: Every kind but the public one; a prefix ends with its hyphen and stands at the name's start.
PREFIXED_KINDS = (
    ChannelKind(prefix="private-", needs_auth=True, client_events=True),
    ChannelKind(prefix="private-encrypted-", needs_auth=True, encrypted=True, client_events=True),
    ChannelKind(prefix="presence-", needs_auth=True, has_members=True, client_events=True),
    ChannelKind(prefix="cache-", cached=True),
    ChannelKind(prefix="private-cache-", needs_auth=True, cached=True, client_events=True),
    ChannelKind(
        prefix="private-encrypted-cache-", needs_auth=True, encrypted=True, cached=True, client_events=True
    ),
    ChannelKind(prefix="presence-cache-", needs_auth=True, has_members=True, cached=True, client_events=True),
    ChannelKind(prefix=LIVE_PREFIX, needs_auth=True, internal=True, attended=True),
    ChannelKind(prefix=SERVER_TO_USER_PREFIX, needs_user=True, internal=True),
)

_KINDS = {kind.prefix: kind for kind in PREFIXED_KINDS}
_PREFIX = re.compile("|".join(sorted(_KINDS, key=len, reverse=True)))


def kind_of(name: str) -> ChannelKind:
    """The kind of the channel ``name``, by its longest prefix. The name itself is not checked."""
    prefix = _PREFIX.match(name)
    return PUBLIC if prefix is None else _KINDS[prefix[0]]


def check_channel(name: str) -> None:
    """Raise BadChannel unless ``name`` can be a channel's (P-NAME)."""
    if _NAME.fullmatch(name) is None:
        raise BadChannel(name)


def check_target(name: str) -> None:
    """Raise BadChannel or BadUserId unless an application may publish to ``name``: a channel, or a user's."""
    if name.startswith(SERVER_TO_USER_PREFIX):
        check_user_id(name.removeprefix(SERVER_TO_USER_PREFIX))
    else:
        check_channel(name)


def check_user_id(user_id: str) -> None:
    """Raise BadUserId unless ``user_id`` can be a user's (P-USER)."""
    if not is_user_id(user_id):
        raise BadUserId(user_id)


def is_user_id(text: str) -> bool:
    """Whether ``text`` can be a user's id (P-USER)."""
    return _NAME.fullmatch(text) is not None


def check_event(name: str) -> None:
    """Raise BadEventName unless an application may publish an event of this name (P-EVN)."""
    if not 1 <= len(name) <= MAX_NAME_LENGTH or _SURROGATE.search(name):
        raise BadEventName(f"Invalid event name {shortened(name)}: it has 1 to {MAX_NAME_LENGTH} characters")
    if name.startswith(RESERVED_EVENT_PREFIXES):
        raise BadEventName(f"Invalid event name {shortened(name)}: pusher: and pusher_internal: are reserved")


def is_socket_id(text: str) -> bool:
    """Whether ``text`` can be a socket's id (P-SID)."""
    return _SOCKET_ID.fullmatch(text) is not None


def check_socket_id(text: str) -> None:
    """Raise BadSocketId unless ``text`` can be a socket's id (P-SID)."""
    if not is_socket_id(text):
        raise BadSocketId(text)
