from __future__ import annotations

from django.db import migrations, models

from onair.outbox.operations import InstallTriggers

KEY = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    dependencies = [("onair_outbox", "0001_initial")]  # noqa: RUF012
    operations = [  # noqa: RUF012
        *(
            migrations.CreateModel(name, [("id", KEY.clone()), ("text", models.CharField(max_length=100))])
            for name in ("Note", "Sighting")
        ),
        InstallTriggers("notes", "Sighting"),
    ]
