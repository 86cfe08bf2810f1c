"""Migrations under a lock: of servers that start at once, one migrates and the others wait."""

from django.core.management import call_command
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from runs.database.dialects import dialect_of
from runs.management.fresh_tables import is_empty, make_tables
from runs.management.outages import NewerDatabase


def migrate_under_lock(connection: BaseDatabaseWrapper) -> bool:
    """Bring the database up to date and tell whether there was anything to do.

    Raises NewerDatabase.
    """
    with dialect_of(connection).hold_migration_lock(connection):
        executor = MigrationExecutor(connection)
        if names := unknown_migrations(executor.loader):
            raise NewerDatabase(names)
        if is_empty(connection):
            make_tables(connection, executor.loader)
            return True
        if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        call_command("migrate", database=connection.alias, interactive=False, verbosity=0)
    return True


def unknown_migrations(loader: MigrationLoader) -> list[str]:
    """Return the applied migrations of installed apps that are in no file, as `app.name`."""
    known = set(loader.disk_migrations)
    for migration in loader.disk_migrations.values():
        known.update(migration.replaces)
    return sorted(
        f"{app}.{name}"
        for app, name in loader.applied_migrations
        if app in loader.migrated_apps and (app, name) not in known
    )
