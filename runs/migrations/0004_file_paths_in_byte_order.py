"""File paths sort by their bytes on PostgreSQL too, as they do on SQLite.

A folder is the range of paths from `folder/` to `folder0`; a language's own order breaks it.
"""

from django.db import migrations

BYTE_ORDER = 'ALTER TABLE runs_file ALTER COLUMN path TYPE varchar(1024) COLLATE "C"'
LANGUAGE_ORDER = 'ALTER TABLE runs_file ALTER COLUMN path TYPE varchar(1024) COLLATE "default"'


def sort_by_bytes(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(BYTE_ORDER)


def sort_by_language(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(LANGUAGE_ORDER)


class Migration(migrations.Migration):
    dependencies = [("runs", "0003_default_workspace")]
    operations = [migrations.RunPython(sort_by_bytes, sort_by_language)]
