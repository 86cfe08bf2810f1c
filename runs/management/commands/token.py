"""`manage.py token create|list|revoke`: the secrets that scripts sign in with."""

from datetime import datetime, timedelta

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from runs.management.database_command import DatabaseCommand
from runs.management.lookups import find_token, find_user
from runs.workspaces.errors import WorkspaceError
from runs.workspaces.models import ApiToken
from runs.workspaces.services import make_token, revoke_token

LONGEST_DAYS = 3650


class Command(DatabaseCommand):
    """One subcommand each; the token itself is shown once, by `create`."""

    help = "Create, list and revoke API tokens (MLFLOW_TRACKING_TOKEN)."

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True)
        create = commands.add_parser("create", help="make a token and show it, once")
        create.add_argument("user", help="whose rights it has")
        create.add_argument("--name", default="token", help="what it is for (%(default)s)")
        create.add_argument("--days", type=int, help="how long it is valid (for ever)")
        commands.add_parser("list", help="show all tokens").add_argument("user", nargs="?")
        revoke = commands.add_parser("revoke", help="make a token useless")
        revoke.add_argument("number", type=int, help="its number in `token list`")

    def handle(self, *args: object, **options) -> None:
        getattr(self, options["command"])(options)

    def create(self, options: dict) -> None:
        user = find_user(options["user"])
        try:
            token = make_token(user=user, name=options["name"], expires_at=end_of(options["days"]))
        except WorkspaceError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(token)
        self.stderr.write("It is shown only now. Scripts sign in with it as MLFLOW_TRACKING_TOKEN.")

    def list(self, options: dict) -> None:
        tokens = ApiToken.objects.select_related("user").order_by("user__username", "id")
        if options["user"]:
            tokens = tokens.filter(user=find_user(options["user"]))
        line = "{:>6}  {:<16}  {:<24}  {:<13}  {:<10}  {:<10}"
        self.stdout.write(line.format("number", "user", "name", "begins with", "last used", "ends"))
        for token in tokens:
            columns = (token.user.username, token.name, token.start + "…")
            dates = (day(token.last_used_at, "never"), day(token.expires_at, "never"))
            self.stdout.write(line.format(token.id, *columns, *dates))

    def revoke(self, options: dict) -> None:
        token = find_token(options["number"])
        revoke_token(token=token)
        self.stdout.write(f"Revoked {token.name} ({token.start}…) of {token.user.username}.")


def end_of(days: int | None) -> datetime | None:
    if days is None:
        return None
    if not 1 <= days <= LONGEST_DAYS:
        raise CommandError(f"--days is a number from 1 to {LONGEST_DAYS}.")
    return timezone.now() + timedelta(days=days)


def day(moment: datetime | None, otherwise: str) -> str:
    return moment.date().isoformat() if moment else otherwise
