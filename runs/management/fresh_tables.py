"""All tables of an empty SQLite file at once.

To run every migration takes seconds: before most steps Django builds all models as they once were.
An empty file needs no step of the way, only its end: the tables of the models, what the migrations
made by their own functions, and the list of all migrations. A test compares both ways.
"""

from importlib import import_module

from django.apps import apps
from django.core.management.sql import emit_post_migrate_signal
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from runs.database.dialects import dialect_of

# What tables, triggers and first rows are made by beside the models: migrations, their functions.
FUNCTIONS = (
    ("0002_properties_are_immutable", "add_trigger"),
    ("0003_default_workspace", "make_default_workspace"),
    ("0023_fewer_pages", "rebuild_both"),
)


def is_empty_file(connection: BaseDatabaseWrapper) -> bool:
    """Tell whether this is a SQLite file without tables. One query."""
    return dialect_of(connection).has_one_writer and not connection.introspection.table_names()


def make_tables(connection: BaseDatabaseWrapper, loader: MigrationLoader) -> None:
    """Make all tables, in one transaction, and note all migrations as run."""
    recorder = MigrationRecorder(connection)
    with connection.schema_editor(atomic=True) as editor:
        for model in (recorder.Migration, *apps.get_models()):
            if model._meta.managed and not model._meta.proxy:
                editor.create_model(model)
        run_functions(editor)
        for app, name in loader.graph.nodes:
            recorder.record_applied(app, name)
    emit_post_migrate_signal(verbosity=0, interactive=False, db=connection.alias)


def run_functions(editor: BaseDatabaseSchemaEditor) -> None:
    for migration, function in FUNCTIONS:
        getattr(import_module(f"runs.migrations.{migration}"), function)(apps, editor)
