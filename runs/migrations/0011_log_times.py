"""When the lines of a log have arrived."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("runs", "0010_counting_without_rows")]

    operations = [
        migrations.CreateModel(
            name="LogTimes",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first_byte", models.BigIntegerField()),
                ("marks", models.BinaryField()),
                (
                    "file",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="times",
                        to="runs.file",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="logtimes",
            constraint=models.UniqueConstraint(
                fields=("file", "first_byte"), name="log_times_once"
            ),
        ),
    ]
