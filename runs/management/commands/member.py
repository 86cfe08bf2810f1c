"""`manage.py member set|remove|list`: who may do what in a workspace."""

from django.core.management.base import CommandError, CommandParser

from runs.management.database_command import DatabaseCommand
from runs.management.lookups import find_user, find_workspace
from runs.workspaces.errors import WorkspaceError
from runs.workspaces.models import Member
from runs.workspaces.permissions import Role
from runs.workspaces.services import remove_member, set_role

ROLES = {role.label: role for role in Role}


class Command(DatabaseCommand):
    """One subcommand each."""

    help = "Set, remove and list the members of a workspace. A superuser needs no membership."

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True)
        for name, text in (("set", "give a user a role"), ("remove", "end a membership")):
            command = commands.add_parser(name, help=text)
            command.add_argument("workspace")
            command.add_argument("user")
            if name == "set":
                command.add_argument("role", choices=ROLES)
        commands.add_parser("list", help="show all members").add_argument("workspace")

    def handle(self, *args: object, **options) -> None:
        getattr(self, options["command"])(options)

    def set(self, options: dict) -> None:
        workspace, user = find_workspace(options["workspace"]), find_user(options["user"])
        try:
            set_role(workspace=workspace, user=user, role=ROLES[options["role"]])
        except WorkspaceError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{user} is now {options['role']} in {workspace}.")

    def remove(self, options: dict) -> None:
        workspace, user = find_workspace(options["workspace"]), find_user(options["user"])
        try:
            remove_member(workspace=workspace, user=user)
        except WorkspaceError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{user} is no member of {workspace} any more.")

    def list(self, options: dict) -> None:
        workspace = find_workspace(options["workspace"])
        members = Member.objects.filter(workspace=workspace).select_related("user")
        for member in members.order_by("user__username"):
            self.stdout.write(f"{member.user.username:<24}  {Role(member.role).label}")
