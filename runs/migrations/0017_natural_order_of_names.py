"""Runs sort by their names as people sort them: `trial-2` before `trial-10`."""

import re

from django.db import migrations, models

BATCH = 5000
BYTE_ORDER = 'ALTER TABLE runs_run ALTER COLUMN name_order TYPE varchar(1500) COLLATE "C"'


def order_of(name):
    pieces = re.split("([0-9]+)", name)
    for at in range(1, len(pieces), 2):
        digits = pieces[at].lstrip("0")
        pieces[at] = chr(ord("0") + len(digits)) + digits
    return "".join(pieces).lower()


def fill(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor == "postgresql":
        schema_editor.execute(BYTE_ORDER)
    rows = apps.get_model("runs", "Run").objects.order_by("id").values_list("id", "name")
    last = 0
    with connection.cursor() as cursor:
        while batch := list(rows.filter(id__gt=last)[:BATCH]):
            last = batch[-1][0]
            cursor.executemany(
                "UPDATE runs_run SET name_order = %s WHERE id = %s",
                [(order_of(name), pk) for pk, name in batch],
            )


class Migration(migrations.Migration):
    dependencies = [("runs", "0016_metric_writers")]
    operations = [
        migrations.AddField(
            "run",
            "name_order",
            models.CharField(blank=True, db_default="", default="", max_length=1500),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
