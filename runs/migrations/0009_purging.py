"""What runs take is counted; deleted runs are listed and erased."""

import django.db.models.deletion
from django.db import migrations, models

COUNT_ALL = """
INSERT INTO runs_runusage (run_id, workspace_id, experiment_id, size_bytes, file_count)
SELECT r.id, r.workspace_id, r.experiment_id, SUM(f.size_bytes), COUNT(*)
FROM runs_file f LEFT JOIN runs_loggedmodel m ON m.id = f.model_id
JOIN runs_run r ON r.id = COALESCE(f.run_id, m.source_run_id)
GROUP BY r.id, r.workspace_id, r.experiment_id
"""


def key() -> models.BigAutoField:
    return models.BigAutoField(
        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
    )


def owner(model: str, **options: object) -> models.ForeignKey:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.CASCADE, to=f"runs.{model}", **options
    )


class Migration(migrations.Migration):
    dependencies = [("runs", "0008_snapshots")]

    operations = [
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("name", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("at_ms", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="RunUsage",
            fields=[
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="usage",
                        serialize=False,
                        to="runs.run",
                    ),
                ),
                ("size_bytes", models.BigIntegerField()),
                ("file_count", models.BigIntegerField()),
                ("experiment", owner("experiment", related_name="+")),
                ("workspace", owner("workspace", db_index=False, related_name="+")),
            ],
        ),
        migrations.CreateModel(
            name="Purge",
            fields=[
                ("id", key()),
                ("asked_by", models.CharField(blank=True, max_length=256)),
                ("asked", models.JSONField(default=dict)),
                ("runs", models.BigIntegerField(default=0)),
                ("experiments", models.BigIntegerField(default=0)),
                ("points", models.BigIntegerField(default=0)),
                ("size_bytes", models.BigIntegerField(default=0)),
                ("file_count", models.BigIntegerField(default=0)),
                ("started_ms", models.BigIntegerField()),
                ("beat_ms", models.BigIntegerField(default=0)),
                ("ended_ms", models.BigIntegerField(null=True)),
                ("workspace", owner("workspace", related_name="purges")),
            ],
        ),
        migrations.AddConstraint(
            model_name="purge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_ms__isnull", True)),
                fields=("workspace",),
                name="purge_open_once",
            ),
        ),
        migrations.AddIndex(
            model_name="runusage",
            index=models.Index(fields=["workspace", "-size_bytes", "-run"], name="usage_largest"),
        ),
        migrations.AddIndex(
            model_name="runusage",
            index=models.Index(
                fields=["workspace", "experiment", "size_bytes", "file_count"],
                name="usage_of_experiment",
            ),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                condition=models.Q(("lifecycle", "deleted")),
                fields=["workspace", "-updated_ms", "-id"],
                name="run_deleted",
            ),
        ),
        migrations.RunSQL(COUNT_ALL, migrations.RunSQL.noop),
    ]
