from __future__ import annotations

from django.db import migrations

from onair.outbox.operations import InstallTriggers


class Migration(migrations.Migration):
    dependencies = [
        ("board", "0001_initial"),
        ("onair_outbox", "0001_initial"),
    ]

    operations = [
        InstallTriggers("board", "Ticket"),
    ]
