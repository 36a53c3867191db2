from __future__ import annotations

from typing import Any, ClassVar

from django.db import migrations, models

import onair.outbox.models
from onair.outbox.operations import CreateOutbox


class Migration(migrations.Migration):
    initial = True

    dependencies: ClassVar[list[Any]] = []

    operations: ClassVar[list[Any]] = [
        CreateOutbox(
            name="Entry",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("xid", onair.outbox.models.TransactionIdField(null=True)),
                ("label", models.CharField(max_length=200)),
                ("op", models.CharField(max_length=1)),
                ("old", models.JSONField(null=True)),
                ("new", models.JSONField(null=True)),
            ],
        ),
    ]
