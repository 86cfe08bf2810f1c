"""Text sorts and compares by its bytes on PostgreSQL too, as it does on SQLite.

The indexes that a search walks are then in the order it asks for, and both databases agree.
"""

from django.db import migrations, models

MODELS = (
    "Experiment",
    "ExperimentTag",
    "Run",
    "Param",
    "RunTag",
    "Property",
    "DatasetInput",
    "Metric",
    "TextValue",
)
ALTER = 'ALTER TABLE {table} ALTER COLUMN "{column}" TYPE {type} COLLATE "{order}"'


# A trigger on the column is in the way; it is taken off and put back as it was.
READ_TRIGGER = "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = %s"
TRIGGER = "property_is_immutable"


def alter_columns(apps, schema_editor, order):
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(READ_TRIGGER, [TRIGGER])
        (definition,) = cursor.fetchone()
    schema_editor.execute(f"DROP TRIGGER {TRIGGER} ON runs_property")
    alter_text_columns(apps, schema_editor, order)
    schema_editor.execute(definition)


def alter_text_columns(apps, schema_editor, order):
    connection = schema_editor.connection
    for name in MODELS:
        model = apps.get_model("runs", name)
        for field in model._meta.local_fields:
            if isinstance(field, models.CharField | models.TextField):
                schema_editor.execute(
                    ALTER.format(
                        table=model._meta.db_table,
                        column=field.column,
                        type=field.db_type(connection),
                        order=order,
                    )
                )


def sort_by_bytes(apps, schema_editor):
    alter_columns(apps, schema_editor, "C")


def sort_by_language(apps, schema_editor):
    alter_columns(apps, schema_editor, "default")


class Migration(migrations.Migration):
    dependencies = [("runs", "0004_file_paths_in_byte_order")]
    operations = [migrations.RunPython(sort_by_bytes, sort_by_language)]
