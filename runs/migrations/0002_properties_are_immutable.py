"""The database itself refuses to change a property (deleting one with its run stays possible)."""

from django.db import migrations

SQLITE = """
CREATE TRIGGER property_is_immutable BEFORE UPDATE ON runs_property
WHEN old.key IS NOT new.key OR old.value IS NOT new.value OR old.run_id IS NOT new.run_id
BEGIN SELECT RAISE(ABORT, 'a property cannot be changed'); END
"""

POSTGRESQL = """
CREATE FUNCTION refuse_property_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a property cannot be changed' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER property_is_immutable BEFORE UPDATE ON runs_property FOR EACH ROW
WHEN ((old.key, old.value, old.run_id) IS DISTINCT FROM (new.key, new.value, new.run_id))
EXECUTE FUNCTION refuse_property_change()
"""

# Segments are packed already: compressing them again only costs time.
PLAIN_SEGMENTS = "ALTER TABLE runs_segment ALTER COLUMN data SET STORAGE EXTERNAL"


def add_trigger(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL)
        schema_editor.execute(PLAIN_SEGMENTS)
    else:
        schema_editor.execute(SQLITE)


def drop_trigger(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION refuse_property_change CASCADE")
    else:
        schema_editor.execute("DROP TRIGGER property_is_immutable")


class Migration(migrations.Migration):
    dependencies = [("runs", "0001_tables")]
    operations = [migrations.RunPython(add_trigger, drop_trigger)]
