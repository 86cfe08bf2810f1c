"""The base of commands that read or write rows."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from runs.management.migrating import NewerDatabase, explain, migrate_under_lock


class DatabaseCommand(BaseCommand):
    """A command that first brings the database up to date, as a start of the studio does: it works
    on an empty data folder. Raises CommandError where the database is newer or does not answer.

    Django's checks are for who develops the studio: they load all views, which takes longer than
    the command."""

    requires_system_checks = ()

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            migrate_under_lock(connection)
        except (NewerDatabase, DatabaseError) as error:
            raise CommandError(explain(error)) from error
        return super().execute(*args, **options)
