from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("articles", "0003_tags_and_way"),
    ]

    operations = [
        migrations.CreateModel(
            name="Ferry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("way", models.CharField(blank=True, editable=False, max_length=12)),
                ("name", models.CharField(max_length=40)),
                ("line", models.CharField(max_length=60)),
                ("status", models.CharField(max_length=140)),
                ("tags", models.ManyToManyField(blank=True, to="articles.tag")),
            ],
            options={
                "verbose_name_plural": "ferries",
                "ordering": ["pk"],
            },
        ),
    ]
