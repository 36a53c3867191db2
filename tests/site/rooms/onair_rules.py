from __future__ import annotations

from django.http import HttpRequest

import onair


@onair.authorize("private-discovered-room-{room_id}")
def discovered_room(request: HttpRequest, room_id: str) -> bool:
    return room_id == "7"
