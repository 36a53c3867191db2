"""What a client sends, for the tests of the protocol and of the hub."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import settings

from onair.protocol.app import App, Credential
from onair.protocol.signing import sign_channel, sign_user

CREDENTIAL = Credential("278d425bdf160c739803", "7ad3773142a6692b25b8")
RETIRED = Credential("retired", "retired-secret")
FOREIGN = Credential("foreign", "foreign-secret")
APP = App("1", (CREDENTIAL, RETIRED), client_events=True)

SOCKET_ID = "1234.1234"

#: Property tests measure no time: other work may run on the machine.
steady = settings(deadline=None)


def client_message(event: str, data: Any = None, **fields: Any) -> bytes:
    return json.dumps({"event": event, "data": {} if data is None else data, **fields}).encode()


def channel_data(user_id: Any, **info: Any) -> str:
    return json.dumps({"user_id": user_id, "user_info": info})


def subscription(
    channel: str,
    member: str | None = None,
    *,
    socket_id: str = SOCKET_ID,
    credential: Credential = CREDENTIAL,
) -> dict[str, str]:
    """The data of a ``pusher:subscribe`` that is authorised."""
    data = {"channel": channel, "auth": sign_channel(credential, socket_id, channel, member)}
    return data if member is None else data | {"channel_data": member}


def subscribe(channel: str, member: str | None = None, **options: Any) -> bytes:
    return client_message("pusher:subscribe", subscription(channel, member, **options))


def sign_in(user_data: str, *, socket_id: str = SOCKET_ID, credential: Credential = CREDENTIAL) -> bytes:
    auth = sign_user(credential, socket_id, user_data)
    return client_message("pusher:signin", {"auth": auth, "user_data": user_data})


def content(payload: bytes) -> dict[str, Any]:
    """A server's message with its data decoded, once more where it is encoded twice."""
    message: dict[str, Any] = json.loads(payload)
    if isinstance(message.get("data"), str):
        message["data"] = json.loads(message["data"])
    return message
