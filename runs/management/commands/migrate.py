"""Django's `manage.py migrate` without its checks."""

from argparse import SUPPRESS

from django.core.management.base import CommandParser
from django.core.management.commands import migrate


class Command(migrate.Command):
    """A database that does not answer fails Django's checks with words about the models.

    `--skip-checks`, which asks for what is so anyway, is taken.
    """

    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--skip-checks", action="store_true", help=SUPPRESS)
