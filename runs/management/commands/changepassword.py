"""Django's `manage.py changepassword`, which works on an empty data folder too."""

from django.contrib.auth.management.commands import changepassword

from runs.management.database_command import DatabaseCommand


class Command(DatabaseCommand, changepassword.Command):
    """Migrates first, then does what Django's does."""
