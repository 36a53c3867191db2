from __future__ import annotations

from typing import Any, ClassVar

from django.db import migrations

from onair.outbox.operations import CreateEngine


class Migration(migrations.Migration):
    dependencies: ClassVar[list[Any]] = [("onair_outbox", "0001_initial")]

    operations: ClassVar[list[Any]] = [CreateEngine()]
