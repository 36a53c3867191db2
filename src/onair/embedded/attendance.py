"""Who comes to the channels of live regions, and who goes, told to the site in the process of the sockets."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from onair.hub.attendance import Attendance

if TYPE_CHECKING:
    from onair.server.server import Server

logger = logging.getLogger("onair")

_attendances: list[Attendance] = []


def add(attendance: Attendance) -> None:
    """Call these in the process of the sockets from now on, in the thread of their loop. Twice does no harm.

    They get the channel's name and the socket's id, and must not wait: let them put what they get on a queue.
    What is published to the channel after ``joined`` reaches the socket. One that raises is logged.
    """
    if attendance not in _attendances:
        _attendances.append(attendance)


def remove(attendance: Attendance) -> None:
    """Call these no more. Nothing happens where they were not added."""
    if attendance in _attendances:
        _attendances.remove(attendance)


def connect(server: Server) -> None:
    """Let this server, in a process of the site, tell of its live regions' channels."""
    for served in server.served.values():
        served.attend(Attendance(_joined, _left, _admits))


def _joined(channel: str, socket_id: str) -> None:
    for attendance in tuple(_attendances):
        _call(attendance.joined, channel, socket_id)


def _left(channel: str, socket_id: str) -> None:
    for attendance in tuple(_attendances):
        _call(attendance.left, channel, socket_id)


def _admits(channel: str, socket_id: str) -> bool:
    return all(attendance.admits(channel, socket_id) for attendance in tuple(_attendances))


def _call(told: Callable[[str, str], object], channel: str, socket_id: str) -> None:
    try:
        told(channel, socket_id)
    except Exception:
        logger.exception("%r failed for %s on %s.", told, socket_id, channel)
