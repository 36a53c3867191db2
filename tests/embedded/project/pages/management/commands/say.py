from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

import onair


class Command(BaseCommand):
    def handle(self, *args: Any, **options: Any) -> None:
        onair.publish("news", "said", {"by": "command"})
