from __future__ import annotations

from django.db import migrations, models

from onair.outbox.operations import InstallTriggers


class Migration(migrations.Migration):
    dependencies = [("onair_outbox", "0001_initial")]  # noqa: RUF012
    operations = [  # noqa: RUF012
        migrations.CreateModel(
            "Note",
            [
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.CharField(max_length=100)),
                ("extra", models.CharField(max_length=100, default="")),
            ],
        ),
        InstallTriggers("notes", "Note"),
    ]
