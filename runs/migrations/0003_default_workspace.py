"""The workspace `default` and its experiment 0, `Default`, exist from the first start."""

import time

from django.db import migrations


def make_default_workspace(apps, schema_editor):
    now_ms = int(time.time() * 1000)
    workspace = apps.get_model("runs", "Workspace").objects.create(
        slug="default", name="default", next_experiment_number=1
    )
    apps.get_model("runs", "Experiment").objects.create(
        workspace=workspace, number=0, name="Default", created_ms=now_ms, updated_ms=now_ms
    )


class Migration(migrations.Migration):
    dependencies = [("runs", "0002_properties_are_immutable")]
    operations = [migrations.RunPython(make_default_workspace, migrations.RunPython.noop)]
