"""`manage.py user create`: somebody who may sign in. Django's `changepassword` does the rest."""

import getpass

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser

from runs.management.database_command import DatabaseCommand


class Command(DatabaseCommand):
    """A new user may do nothing until `member set` gives them a role."""

    help = "Create a user who may sign in; `member set` then says what they may do."

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True)
        create = commands.add_parser("create", help="make a user")
        create.add_argument("name")
        create.add_argument(
            "--no-password", action="store_true", help="for scripts: only a token signs in"
        )

    def handle(self, *args: object, **options) -> None:
        user = User(username=options["name"])
        try:
            user.full_clean(exclude=["password"])
            if options["no_password"]:
                user.set_unusable_password()
            else:
                user.set_password(ask_password(user))
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        user.save()
        self.stdout.write(
            f"Created {user}. Next: python3 manage.py member set default {user} contributor"
        )


def ask_password(user: User) -> str:
    """Ask twice without showing it. Raises ValidationError, CommandError."""
    password = getpass.getpass("Password: ")
    if password != getpass.getpass("Again: "):
        raise CommandError("The two passwords differ.")
    validate_password(password, user)
    return password
