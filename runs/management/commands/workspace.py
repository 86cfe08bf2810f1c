"""`manage.py workspace create|list|rename`: the top containers, each with members of its own."""

from django.core.management.base import CommandError, CommandParser
from django.db.models import Count

from runs.management.database_command import DatabaseCommand
from runs.management.lookups import find_workspace
from runs.tracking.services import found_workspace
from runs.workspaces.errors import WorkspaceError
from runs.workspaces.models import Workspace
from runs.workspaces.services import rename_workspace


class Command(DatabaseCommand):
    """One subcommand each."""

    help = "Create, list and rename workspaces. `member set` says who may do what in one."

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True)
        create = commands.add_parser("create", help="make a workspace")
        create.add_argument("slug", help="its address is /w/<slug>, for ever")
        create.add_argument("--name", default="", help="what people read (the slug)")
        commands.add_parser("list", help="show all workspaces")
        rename = commands.add_parser("rename", help="change the name; the address stays")
        rename.add_argument("slug")
        rename.add_argument("name")

    def handle(self, *args: object, **options) -> None:
        getattr(self, options["command"])(options)

    def create(self, options: dict) -> None:
        try:
            made = found_workspace(slug=options["slug"], name=options["name"])
        except WorkspaceError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Created {made.name} at /w/{made}. "
            f"Next: python3 manage.py member set {made} <user> owner"
        )

    def list(self, options: dict) -> None:
        line = "{:<24}  {:<32}  {:>8}"
        self.stdout.write(line.format("address", "name", "members"))
        for one in Workspace.objects.annotate(count=Count("members")).order_by("slug"):
            self.stdout.write(line.format(f"/w/{one.slug}", one.name, one.count))

    def rename(self, options: dict) -> None:
        workspace = find_workspace(options["slug"])
        try:
            rename_workspace(workspace=workspace, name=options["name"])
        except WorkspaceError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"/w/{workspace} is now called {workspace.name}.")
