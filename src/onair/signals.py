"""Django signals of what happens on the channels.

Where the server is in this process, it sends them. Elsewhere they come by a webhook to the view
``onair:webhooks``. The sender is None. Every receiver gets ``app_id``, ``time`` (when it was told; an aware
``datetime`` in UTC) and ``channel``; the comments name what else it gets.
"""

from __future__ import annotations

from datetime import datetime

from django.dispatch import Signal

from onair.protocol.notices import Notice, name_of

#: A channel has its first subscriber.
channel_occupied = Signal()
#: A channel's last subscriber has gone, for three seconds by now.
channel_vacated = Signal()
#: A user has joined a presence channel, by the first connection: ``user_id``.
member_added = Signal()
#: A user has left a presence channel, for three seconds by now: ``user_id``.
member_removed = Signal()
#: A client has sent an event: ``event``, ``data`` (JSON text), ``socket_id``, and ``user_id``, which is None
#: but on presence channels.
client_event = Signal()
#: A client has joined a cache channel that has no event to give.
cache_miss = Signal()
#: The number of a channel's subscribers has changed: ``subscription_count``.
subscription_count = Signal()

#: The signals by their names, which are those of the events of a webhook.
SIGNALS: dict[str, Signal] = {
    "channel_occupied": channel_occupied,
    "channel_vacated": channel_vacated,
    "member_added": member_added,
    "member_removed": member_removed,
    "client_event": client_event,
    "cache_miss": cache_miss,
    "subscription_count": subscription_count,
}


def send(notice: Notice, *, app_id: str, time: datetime) -> bool:
    """Send a notice to the receivers of its signal. Return whether all of them took it.

    Django logs the error of one that did not, and the others get the signal all the same.
    """
    fields = {name: getattr(notice, name) for name in notice.__struct_fields__}
    answers = SIGNALS[name_of(notice)].send_robust(None, app_id=app_id, time=time, **fields)
    return not any(isinstance(answer, Exception) for _, answer in answers)
