"""`manage.py prepare`: everything a server needs before it starts."""

import os
import sys

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, connection

from runs.assets import static_files
from runs.compute.clusters import find_or_create_local
from runs.compute.nodes import make_node_token
from runs.management.migrating import NewerDatabase, explain, migrate_under_lock
from runs.tracking.models import Run
from runs.workspaces.models import Workspace

NO_USER = (
    "Other machines can reach this address, so people must sign in, and there is no user yet. "
    "Make one, then start again: {variables}python3 manage.py createsuperuser"
)
NOT_EMPTY = (
    "The demo fills an empty studio, and this one has runs. Start without --demo, or with an "
    "empty folder: --data-dir demo"
)


class Command(BaseCommand):
    """Exit code 2 and one line where the studio must not start."""

    help = "Migrate the database under a lock and collect the static files. Run it before a server."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--require-user", action="store_true", help="refuse without a user")
        parser.add_argument("--require-empty", action="store_true", help="refuse with a run")

    def handle(self, *args: object, **options: object) -> None:
        try:
            migrate_under_lock(connection)
        except (NewerDatabase, DatabaseError) as error:
            self.refuse(explain(error))
        if options["require_user"] and not has_user():
            self.refuse(NO_USER.format(variables=variables()))
        if options["require_empty"] and Run.objects.exists():
            self.refuse(NOT_EMPTY)
        write_node_token()
        static_files.collect(settings.STATIC_BUILDS)

    def refuse(self, line: str) -> None:
        self.stderr.write(line)
        sys.exit(2)


def has_user() -> bool:
    return get_user_model().objects.filter(is_active=True).exists()


def write_node_token() -> None:
    """Leave a token for the node that `up` runs: of the cluster `local` of the first workspace."""
    workspace = Workspace.objects.order_by("id").first()
    if workspace is None:
        return
    path = settings.DATA_DIR / "node_token"
    draft = path.with_suffix(f".{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(make_node_token(find_or_create_local(workspace)))
    draft.replace(path)


def variables() -> str:
    """The setting that another command needs to find the same data folder."""
    if settings.DATA_DIR == settings.BASE_DIR / "var":
        return ""
    return f"STUDIO_DATA_DIR={settings.DATA_DIR} "
