"""`manage.py prepare`: everything a server needs before it starts."""

import sys

from django.core.management.base import BaseCommand, CommandParser

from runs.management.outages import explain
from runs.management.preparing import NotReady, prepare_database, prepare_files


class Command(BaseCommand):
    """Exit code 2 and one line where the studio must not start."""

    help = "Migrate the database under a lock and collect the static files. Run it before a server."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--require-user", action="store_true", help="refuse without a user")
        parser.add_argument("--require-empty", action="store_true", help="refuse with a run")

    def handle(self, *args: object, **options: bool) -> None:
        try:
            prepare_database(
                require_user=options["require_user"], require_empty=options["require_empty"]
            )
            prepare_files()
        except Exception as error:
            line = str(error) if isinstance(error, NotReady) else explain(error)
            if line is None:
                raise
            self.stderr.write(line)
            sys.exit(2)
