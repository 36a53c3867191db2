from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("notes", "0001_initial")]  # noqa: RUF012
    operations = [migrations.RemoveField("Note", "extra")]  # noqa: RUF012
