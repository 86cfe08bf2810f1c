"""All tables of an empty database at once.

To run every migration takes seconds: before most steps Django builds all models as they once were.
An empty database needs no step of the way, only its end: the tables of the models, what the
migrations made by their own functions, and the list of all migrations. A test compares both ways.
"""

from importlib import import_module

from django.apps import apps
from django.core.management.sql import emit_post_migrate_signal
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import AutoField, BigAutoField

from runs.database.dialects import Dialect, dialect_of
from runs.database.dialects.postgresql import PostgreSQL
from runs.database.dialects.sqlite import SQLite

# What tables and triggers are made of beside the models: migrations, their functions.
FUNCTIONS: dict[type[Dialect], tuple[tuple[str, str], ...]] = {
    SQLite: (
        ("0002_properties_are_immutable", "add_trigger"),
        ("0023_fewer_pages", "rebuild_both"),
    ),
    PostgreSQL: (
        ("0002_properties_are_immutable", "add_trigger"),
        ("0004_file_paths_in_byte_order", "sort_by_bytes"),
        ("0005_text_in_byte_order", "sort_by_bytes"),
    ),
}
FIRST_ROWS = ("0003_default_workspace", "make_default_workspace")


def is_empty(connection: BaseDatabaseWrapper) -> bool:
    """Tell whether there are no tables. One query."""
    return not connection.introspection.table_names()


def make_tables(connection: BaseDatabaseWrapper, loader: MigrationLoader) -> None:
    """Make all tables, in one transaction, and note all migrations as run."""
    recorder = MigrationRecorder(connection)
    with connection.schema_editor(atomic=True) as editor:
        for model in (recorder.Migration, *apps.get_models()):
            if model._meta.managed and not model._meta.proxy:
                editor.create_model(model)
        for function in FUNCTIONS[type(dialect_of(connection))]:
            run(function, editor)
        widen_ids(editor)
        while editor.deferred_sql:
            editor.execute(editor.deferred_sql.pop(0))
        # PostgreSQL changes no table after its first rows in the same transaction.
        run(FIRST_ROWS, editor)
        for app, name in loader.graph.nodes:
            recorder.record_applied(app, name)
    emit_post_migrate_signal(verbosity=0, interactive=False, db=connection.alias)


def run(function: tuple[str, str], editor: BaseDatabaseSchemaEditor) -> None:
    """Run a function of a migration on the models of today."""
    migration, name = function
    getattr(import_module(f"runs.migrations.{migration}"), name)(apps, editor)


def widen_ids(editor: BaseDatabaseSchemaEditor) -> None:
    """Give the tables between two models ids as migrations do: they know the kind of ids of the
    project alone, and the models of Django's own apps one of their app."""
    wide = BigAutoField(primary_key=True)
    wide.set_attributes_from_name("id")
    for model in apps.get_models(include_auto_created=True):
        if model._meta.auto_created and type(model._meta.pk) is AutoField:
            wide.model = model
            editor.alter_field(model, model._meta.pk, wide)
