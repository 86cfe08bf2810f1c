"""The base of commands that read or write rows."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection

from runs.management.migrating import migrate_under_lock


class DatabaseCommand(BaseCommand):
    """A command that first brings the database up to date, as a start of the studio does: it works
    on an empty data folder.

    Django's checks are for who develops the studio: they load all views, which takes longer than
    the command."""

    requires_system_checks = ()

    def execute(self, *args: Any, **options: Any) -> str | None:
        migrate_under_lock(connection)
        return super().execute(*args, **options)
