import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("runs", "0021_registered_models"),
    ]

    operations = [
        migrations.CreateModel(
            name="RunEdit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at_ms", models.BigIntegerField()),
                ("by", models.CharField(max_length=256)),
                ("what", models.CharField(max_length=11)),
                ("key", models.CharField(blank=True, max_length=250)),
                ("before", models.TextField(null=True)),
                ("after", models.TextField(null=True)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="edits",
                        to="runs.run",
                    ),
                ),
            ],
            options={"ordering": ["id"]},
        ),
    ]
