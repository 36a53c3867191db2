"""One process's channels: who listens to what, and who is there. Pure and synchronous."""

from __future__ import annotations

from onair.hub.attendance import Attendance
from onair.hub.hub import Hub
from onair.hub.listener import Listener

__all__ = ["Attendance", "Hub", "Listener"]
